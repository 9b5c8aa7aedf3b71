variable "cors_rules" { default = [] }

resource "azurerm_storage_account" "x" {
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "digitalocean_spaces_bucket_cors_configuration" "x" {
  bucket = "x"
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["*"]
  }
}

resource "aws_apigatewayv2_api" "x" {
  cors_configuration {
    allow_origins = ["*"]
  }
}
