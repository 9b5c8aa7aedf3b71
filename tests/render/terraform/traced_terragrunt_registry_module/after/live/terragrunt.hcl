terraform {
  source = "tfr:///terraform-aws-modules/s3-bucket/aws?version=4.1.0"
}

inputs = {
  bucket = "assets"
  cors_rule = [
    {
      allowed_methods = ["GET"]
      allowed_origins = ["https://app.example.com", "https://new.example.com"]
    },
    {
      allowed_methods = ["PUT"]
      allowed_origins = ["*"]
    },
  ]
}
