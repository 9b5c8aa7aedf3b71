from_tfvars      = "tfvars"
from_tfvars_json = "tfvars"
from_auto        = "tfvars"
from_file        = "tfvars"
from_var         = "tfvars"
object           = { a = "tfvars", c = "tfvars" }
