# Users.
