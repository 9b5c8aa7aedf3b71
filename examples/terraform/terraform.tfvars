environment = "prod"
app_hosts   = ["app.acme.example", "admin.acme.example"]

sites = {
  assets = {
    cors_rules = [{
      methods = ["GET", "HEAD"]
      origins = ["https://app.acme.example", "https://admin.acme.example"]
    }]
  }
  uploads = {
    cors_rules = [{
      methods = ["PUT", "POST"]
      origins = ["https://app.acme.example"]
      headers = ["content-type", "x-amz-*"]
      expose  = ["ETag"]
      max_age = 3000
    }]
  }
}
