"""Single files of the RPKI for people: what they say, and what is wrong with them."""
