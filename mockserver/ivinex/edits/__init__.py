"""What people do in an Ivinex portal and its API does not let a program do."""
