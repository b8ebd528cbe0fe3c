# What all pages share.

skip = Skip to the page
pages = Pages
sign-in = Sign in
sign-out = Sign out
user-name = User name
password = Password
to-the-start = To the first page
in-the-open = This page comes without encryption: who shares the network can read passwords.
in-the-open-next = Set up TLS on the server. This command, given there with the server’s data directory, makes a certificate for a local network and says what to do with it:
central-server = Central server

ok = OK
cancel = Cancel
search = Search
yes = yes
no = no
never = never
none = none

# A list in pages.
pages-of-list = Pages of the list
pages-previous = Previous
pages-next = Next
counter = shown / all

# Day, month, year and time as people read them.
date-time = { $day } { $month } { $year } { $time }
date-day = { $day } { $month } { $year }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

decimal-mark = .
size-bytes = { $n } bytes
size-kilobytes = { $n } KB
size-megabytes = { $n } MB
size-gigabytes = { $n } GB
length-seconds = { $n } s
length-minutes = { $n } min
length-hours = { $n } h
length-days = { $n } d
length-years = { $n } years

# The lines of a demo, which can be cut.
nav-demo = Demo
lines-title = Lines of the demo
lines-hint = Cut the line of a site: it goes on working, and what it records waits there until the line is restored. The demo itself cuts one now and then. A real server has no such page.
lines-site = Site
lines-line = Line
lines-switch = Switch
lines-open = holds
lines-cut = cut
lines-do-cut = Cut the line
lines-do-cut-of = Cut the line of { $site }
lines-do-restore = Restore the line
lines-do-restore-of = Restore the line of { $site }
