# a file that begins with a comment { " <<EOT
// another ${
/* and a third
   resource "x" "y" {
   "
 */

locals { # behind a brace }
  # alone "
  a = 1 # behind a value {
  b = [ // behind a bracket "
    1, # one }
    2, /* two " */ 3
    # the end ]
  ] // done
  /* before */
  c = { # {
    # only this "
    d = "x" // }
    /* y */
    e = 2
  }
  /**/ f = 3
  /***/ g = 4 /* **** / * */
  url = "https://example.com//path#part"
  half = 8 / 2
}

/* " */ resource "x" "y" {
  /* nothing } */
} # end

#
//
locals {}
# no line break at the end {