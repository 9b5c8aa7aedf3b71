terraform {
  source = "../site"
}

inputs = {
  name = "assets"
}
