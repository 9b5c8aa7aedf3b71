module "site" {
  source   = "./site"
  for_each = { assets = ["https://app.example.com"], media = ["*"] }

  name    = each.key
  origins = each.value
}
