"""One module a dialect: it reads the sender's words and answers in them."""
