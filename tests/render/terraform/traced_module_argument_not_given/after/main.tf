module "assets" {
  source = "./site"

  name    = "assets"
  origins = ["https://app.example.com", "https://new.example.com"]
}

module "media" {
  source = "./site"

  name = "media"
}
