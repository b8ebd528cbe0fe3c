# The window of a site.
