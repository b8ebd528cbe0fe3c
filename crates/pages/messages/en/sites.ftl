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

# Stores, and how they move.
nav-stores = Stores
stores-search = Code, name, site
stores-none = No store matches.
store-code = Store code
store-name = Store name
store-site = Active on
store-where = Where it is
store-hand-over = Hand-over
store-told = Its site was told
store-held = { $n ->
    [one] { $n } document of the former site is held or was put aside; it does not stop the hand-over.
   *[other] { $n } documents of the former site are held or were put aside; they do not stop the hand-over.
}
store-call-off = Call off
store-move = Move
store-to = To site
store-move-hint = From a site in use the store is handed over: that site can only read it from its next sync on, sends the rest, and then the other one gets it.
store-take-over = Take over now
store-take-over-hint = Only if the device is lost: what it still sends of this store is held. Enter the store's code and the reason.
store-reason = Reason
store-past = Earlier moves
hand-over-hindered = { $from } is to hand it over to { $to }, which cannot take it: { $why }
hand-over-silent = { $from } synchronises and does not answer: its program knows no hand-over. Update it, or take the store over now.
hand-over-waiting = Waiting for { $from } to synchronise.
hand-over-sending = { $n ->
    [0] { $from } was told; it has nothing more to send, and confirms at its next sync.
    [one] { $from } was told; { $n } record is still to come.
   *[other] { $from } was told; { $n } records are still to come.
}
hand-over-receiving = Active on { $to }, which is receiving it.
hand-over-received = { $to } has all of it.
hand-over-called-off = Called off; it stays on { $from }.
hand-over-overtaken = The store went elsewhere meanwhile.

# From an empty server to the first site.
first-begin = No site synchronises yet.
first-begin-hint = Five short steps lead from an empty server to the first one.
first-steps = First steps
first-about = From an empty server to the first site that synchronises. You may leave and come back; whatever is there already counts.
first-may-not = This needs the permissions “Edit sync settings” and “Edit central data”.
first-next = Next
first-country = Country and currency
first-place = Country or organisation
first-place-hint = As it stands at the top of these pages.
first-currency = Currency
first-currency-hint = Prices are in it. Three letters.
first-list = All items
first-adjustments = Inventory adjustments
first-facility = First facility
first-items = First items
first-items-hint = Type a few, or bring all of them as a table:
first-no-item = Fill in one row at least.
first-items-count = { $n ->
    [one] { $n } item
   *[other] { $n } items
}
first-site = First site
first-site-hint = The device signs in with this name and a password that is made up now.
first-stores = Stores on it
first-make-site = Make the site
first-device = Enter three things on the device
first-device-hint = The address, the site name and the password were shown when the site was made. A new password can be set in its window.
first-device-later = The address of this server, the site name and the password, as text and as a QR code.
first-done = To the list of sites
