# The list of synchronisation sites.

nav-sites = Sites
sites-title = Synchronisation sites
sites-search = Code, name, store, device, state
sites-delete = Delete
sites-new = New site
sites-may-not = You may look at sites, and need the permission “Edit sync settings” to change them.
sites-choose = Chosen
sites-id = Site ID
sites-code = Code
sites-name = Site name
sites-device = Device type
sites-state = State
sites-synced = Last synced
sites-synced-date = Last synced date (UTC)
sites-synced-time = Last synced time (UTC)
sites-behind = Behind
sites-held = Held
sites-stores = Stores
sites-server = server
sites-not-connected = not connected yet
sites-as-of = As of { $time } UTC, its last connection
sites-none = No site matches “{ $sought }”.
sites-all = Show all sites
sites-pages = Pages of the list
sites-previous = Previous
sites-next = Next
sites-counter = shown / all
# {n} is filled in by the page.
refreshed = refreshed {"{n}"} s ago
refreshed-long-ago = the server does not answer; this is {"{n}"} s old

# States of a site. Short, with the next step where there is one.
state-this-server = This server
state-up-to-date = Up to date
state-reading = Reading
state-never = Never synced
state-initialising = Initialising { $percent }%
state-blocked = Blocked: { $n } failed sign-ins
state-other-device = Other device (hardware ID)
state-former-device = Replaced device still tries
state-wrong-password = Wrong password
state-versions-differ = Program versions do not match
state-no-store = No store on this site
state-clock-ahead = Clock { $by } ahead
state-clock-behind = Clock { $by } behind
state-put-back = Data file was put back or copied
state-late = Late: silent { $silent }
state-late-usually = Late: usually every { $usual }, silent { $silent }
state-late-refused = Late: turned away ({ $code }), silent { $silent }
state-old-version = Old version { $version }: this server is { $ours }

# Deleting a site.
site-delete-title = Delete a site
site-delete-none = No site is chosen. Click on one in the list first.
site-delete-own = This is the central server's own site. It cannot be deleted.
site-delete-stores = “{ $name }” still has stores. Remove them first: they go to the central server.
site-delete-sure = Delete “{ $name }”? Its device can no longer synchronise. What it has sent stays here; its number is never given again.
site-delete-open = Open the site
site-delete-back = Back to the list
