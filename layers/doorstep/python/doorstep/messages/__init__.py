"""What is said: mails, operator alerts and the buyer's pages, in which language and on which channel. Pure."""
