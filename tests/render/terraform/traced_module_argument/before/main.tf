module "assets" {
  source = "./site"

  name    = "assets"
  origins = ["https://app.example.com"]
}
