# A module without resources gives rules and names as outputs; another one applies them.
module "policy" {
  source  = "./policy"
  domains = ["a.example", "b.example"]
}

module "apply" {
  source = "./apply"
  rules  = module.policy.rules
  bucket = module.policy.bucket_names["main"]
}
