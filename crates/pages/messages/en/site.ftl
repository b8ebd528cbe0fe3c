# The window of a site.

site-tabs = Parts of the window
site-general = General
site-details = Details
site-log = Log
site-synced = synced
site-settings = Settings
site-id-new = given on OK
site-code = Site code
site-name-hint = The site signs in with this name. Choose one that tells which place it is.
site-name-warning = Used to sign in. “{ $name }” stops syncing until the new name is entered there, or the old one is put back here.
site-password-set = set, not shown
site-password-none = not set: nobody can sign in
site-password-generate = Generate
site-password-made-up = made up and shown once on OK
site-password-type = Type it
site-password-warning = Used to sign in. “{ $name }” stops syncing until the new password is entered there.
site-hardware = Hardware ID
site-hardware-none = none yet: the first device that signs in is bound
site-reset = Reset
site-reset-never-heard = This device has never synchronised: whatever was entered on it exists only there.
site-reset-all-here = At its last connection, { $time } UTC, everything was here. Records entered there since exist only on that device.
site-reset-unsent = At its last connection, { $time } UTC, { $n } records entered there were not here yet. They, and what was entered since, exist only on that device.
site-reset-unsent-since = { $n } records entered there since { $since } UTC were not here at its last connection, { $time } UTC. They, and what was entered since, exist only on that device.
site-reset-after = After OK another device can take over the site, and this one is refused.
site-former = Replaced device
site-former-since = refused since { $time } UTC
site-former-allow = Allow again
site-former-allowed = allowed again on OK
site-keep = Keep
site-undo = Undo
site-type = Type
site-type-none = not chosen
site-type-single = Standalone, single user
site-type-server = Standalone, client/server
site-type-mobile = Mobile
site-type-hint = What the site is meant to be. Its device overwrites it with what it is. A mobile site has one store only.
site-type-reported = Reported by the device, with each synchronisation.
site-app-name = App name
site-app-version = App version
site-active = Site is active on this datafile
site-active-own = This is the datafile of the central server: master data, and transactions of its own stores, are entered here.
site-active-other = Not the site of this datafile: transactions of its stores are entered on the site itself, not here.
site-open-msupply = Open mSupply Central Server Settings
site-is-central = Site is Open mSupply central server
site-uri = Open mSupply central server uri
site-stores = Stores
site-no-stores = No store yet.
site-own-stores = Stores that are removed from other sites come here. To move one away, add it to the site where it is to go.
site-store-code = Store code
site-store-name = Store name
site-add-store = Add store…
site-remove = Remove
site-store-goes = goes to the central server on OK
site-store-from-central = comes from the central server, which has its newest data
site-store-from-unused = comes from “{ $site }”, which no device has used yet
site-store-from = comes from “{ $site }”, last synced { $time }, { $unsent } records not sent
site-store-hand-over = See the hand-over: call it off, or take over now
site-store-caution = “{ $site }” is in use, so the store is handed over: it becomes read-only there, and comes here once that site has synchronised and sent everything.
site-store-moved = A store was moved to another site since you chose it. Remove it from the list and add it again to see where it is now.
site-mobile-full = This is a mobile site. It can have one store only, so no other one can be added. Remove its store first, or choose another type.
site-waits = { $n } records, about { $size }, wait for this site.
site-nothing-waits = Nothing waits for this site.
site-check = Check connection
site-check-stored = This is about the site as it is stored, without your changes.
site-unblock = Unblock site
site-unblocked = The site is unblocked: it can sign in again. Nothing else was saved.
site-close = Close
site-changes = { $n ->
    [one] 1 change, nothing saved yet
   *[other] { $n } changes, nothing saved yet
}
# {n} is filled in by the page.
site-changes-live = {"{n}"} changed, nothing saved yet
site-saved = Saved.
site-saved-enter = Enter these three things on the device.
site-saved-device = For the device
site-saved-address = Server URL
site-saved-once = The password is shown only now. Write it down or copy it; here it cannot be seen again.
site-saved-code = The three things as a QR code
site-saved-code-hint = The same three lines, for a device with a camera.
site-saved-open = Open the site
site-copy = Copy
site-copied = Copied
site-changed = Somebody else has changed this site since you opened it.
site-changed-nothing-saved = Nothing of yours was saved.
site-changed-what = What
site-changed-was = When you opened it
site-changed-now = Now
site-changed-load = Load it anew, without my changes
site-changed-merge = Go on with both
site-password-before = as it was
site-password-other = another one

site-choose = Select a store to move to this site
site-choose-search = Code, name or site
site-choose-where = Active on
site-choose-none = No store is chosen. Click on one first.
site-choose-nothing = There is no such store.
site-choose-more = { $n } more: search for them.

# Check connection.
connection-level-good = Good
connection-level-notice = To be known
connection-level-problem = Problem
connection-own = This is the central server's own site; it does not connect to itself.
connection-sync-on = The central server accepts synchronisation.
connection-sync-off = Synchronisation is switched off on the central server; all sites are told to try later.
connection-sync-off-next = Switch it on in the settings of the central server.
connection-address = { $address } reached you encrypted: its address and certificate hold, at least for your browser.
connection-address-open = You came to { $address } without encryption.
connection-address-open-next = For sites, set up TLS, and give them the address that stands in the certificate.
connection-password = It logs in as “{ $name }” and has a password.
connection-no-password = No password is set, so nobody can log in as this site.
connection-no-password-next = Set a password.
connection-not-blocked = It is not blocked.
connection-blocked = The device is blocked after wrong passwords, for { $left } more.
connection-blocked-next = Correct the password on the device and press Unblock site.
connection-strangers-blocked = Devices that are not bound to the site are blocked after wrong passwords, for { $left } more.
connection-strangers-blocked-next = If a new device is to be bound, press Unblock site.
connection-no-device = No device is bound: the next one that logs in will be.
connection-device = It is bound to the device { $device }; any other device is refused.
connection-former-devices = Refused since a reset: { $devices }.
connection-former-devices-next = If one of them is to be used again, allow it.
connection-version = It speaks { $version }, which is accepted.
connection-version-unknown = It has not told yet which version it speaks. This server speaks: { $versions }.
connection-no-store = No store is active on this site.
connection-no-store-next = Add the store that this site is to work with.
connection-stores = { $n ->
    [one] 1 store is active on this site.
   *[other] { $n } stores are active on this site.
}
connection-refusal = It was turned away the last time, { $time } UTC: { $cause } ({ $detail }).
connection-no-uri = It is the Open mSupply central server, but its uri is not set: Open mSupply sites cannot find it.
connection-no-uri-next = Enter the address at which sites reach it.
connection-called = It holds a line open at this moment, and was just asked to synchronise: its last connection should be now.
connection-not-waiting = It holds no line open at this moment. This server never calls a site; it comes by itself.

# Why a site was turned away.
refusal-name = there is no site of this name
refusal-name-next = Compare the site name on the device with the one here.
refusal-password = wrong password
refusal-password-next = Enter the password on the device again, or set a new one here.
refusal-off = synchronisation was switched off here
refusal-off-next = Switch it on in the settings of the central server.
refusal-busy = the server was busy
refusal-wait = Nothing: the site tries again by itself.
refusal-failures = too many failures from its network
refusal-blocked = blocked after wrong passwords
refusal-blocked-next = Correct the password on the device and press Unblock site.
refusal-device = another device than the one that is bound
refusal-device-next = If it is to replace that one, reset the hardware ID.
refusal-former = a device that was replaced
refusal-former-next = If it is to be used again, allow it.
refusal-not-bound = no device was bound
refusal-token = its session had ended
refusal-version = the versions of the programs do not match
refusal-version-next = Update the older of the two programs.
refusal-no-store = no store was on the site
refusal-no-store-next = Add its store.
refusal-malformed = the request could not be read
refusal-other = { $code }

# Details.
site-sync = Synchronisation
site-data = Data
site-identity = Identity
site-all-here = Everything that was entered there up to { $time } UTC is here.
site-initialisation = Initialisation
site-initialisation-new = not begun
site-initialisation-started = begun
site-initialisation-percent = { $percent }% read
site-initialisation-completed = completed
site-initialisation-error = stopped by an error
site-first-sync = First sync
site-last-sync = Last sync
site-last-connection = Last connection
site-last-attempt = Last attempt to sign in
site-last-refusal = Last turned away
site-last-refusal-why = Why
site-protocol = Protocol
site-clock = Its clock
site-clock-right = right
site-clock-ahead = { $by } ahead: set it
site-clock-behind = { $by } behind: set it
site-unsent = Not sent yet
site-unsent-since = The oldest of these since
site-held = Held documents
site-aside = Versions put aside
site-divergences = Data file put back or copied, times
site-data-file = Data file
site-uuid = UUID
site-created = Made
site-feeds = What it reads
site-feed = Feed
site-feed-central = Central data
site-feed-records = Records
site-feed-size = About
site-feed-waiting = Waiting
site-feed-waiting-size = About
site-feeds-hint = Waiting is what lies beyond where the site was at its last connection. Sizes are reckoned from a few hundred records, before they are packed.

# Log.
site-log-when = Time
site-log-what = What
site-log-in = Received
site-log-unchanged = Unchanged
site-log-held-count = Held
site-log-out = Sent
site-log-size = Bytes in / out
site-log-took = Took
site-log-time = Time (UTC)
site-log-count = How often
site-log-bytes-in = Bytes received
site-log-bytes-out = Bytes sent
site-log-took-ms = Took (ms)
site-log-ms = { $n } ms
site-log-idle = { $n ->
    [one] 1 exchange in this hour with nothing to move
   *[other] { $n } exchanges in this hour with nothing to move
}
site-log-received = Records received
site-log-sent = Records sent
site-log-both = Records received and sent
site-log-held = Records received, some of them held
site-log-held-next = Look at the held documents.
site-log-behind = This server lacks what it had before a restore
site-log-behind-next = Nothing to do: the site sends it again.
site-log-diverged = The data file of the site was put back or copied
site-log-diverged-next = The site reads again by itself. If a copy is in use elsewhere, stop it.
site-log-refused = { $n ->
    [one] Turned away: { $cause }
   *[other] Turned away { $n } times: { $cause }
}
site-log-show = Show
site-log-all = all
site-log-moved = moved something
site-log-nothing-moved = nothing to move
site-log-failed = failed
site-log-on = on
site-log-filter = Show
site-log-everything = Show everything
site-log-none = Nothing was noted.
site-log-more = { $n } older ones: choose a day, or take the file.
site-log-kept = Kept for 90 days. Records, held documents and the audit are kept for ever.
site-log-picture = The last 14 days: { $moved } exchanges moved something, { $idle } had nothing to move, { $failed } attempts failed.
site-log-day = { $day }: { $moved } moved something, { $idle } had nothing to move, { $failed } failed
