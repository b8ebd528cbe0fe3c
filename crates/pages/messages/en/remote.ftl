# The pages of a remote site.
