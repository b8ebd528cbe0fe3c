# The pages of a remote site.

remote-place = This site
nav-status = Synchronisation
nav-data = Data
nav-log = Log
nav-settings = Settings

sync-now = Sync now
status-sync = Synchronisation
status-now = Now
status-connecting = connecting
status-sending = sending; { $n } sent
status-receiving = receiving; { $n } received, { $left } to come
status-paused = paused
status-failed = the last sync failed; it is tried again by itself
status-empty = nothing received yet
status-idle = up to date
status-not-sent = Not on the central server yet
status-unsent-none = nothing
status-unsent = { $n ->
    [one] { $n } record
   *[other] { $n } records
}
status-unsent-since = { $n ->
    [one] { $n } record, from { $since } ago
   *[other] { $n } records, the oldest from { $since } ago
}
status-last-success = Last success
status-last-attempt = Last attempt
status-stores = Stores
status-no-stores = None yet. They come with the first sync.
store-ready = ready
store-arriving = arriving; { $n } to come
store-leaving = moves to { $to }: nothing can be changed in it here any more
store-moved = moved to another site

warn-mobile-stores = A mobile site holds one store, and this one was given { $n }. Ask an administrator to leave it one, or set it up as another kind.
warn-clock = The clock of this device is { $by } off. Set its date, time and time zone.
warn-held = { $n ->
    [one] { $n } document of this site is held on the central server, where somebody has to decide about it.
   *[other] { $n } documents of this site are held on the central server, where somebody has to decide about them.
}
warn-aside = { $n ->
    [one] { $n } version was put aside here; it stands in the log.
   *[other] { $n } versions were put aside here; they stand in the log.
}

settings-may-not = You need the permission “Edit sync settings” to change this.
settings-connection = Central server
settings-pace = Pace
settings-warning = The site stops syncing if the central server does not know this.
server-url = Server URL
site-name = Site name
password-kept = set; leave empty to keep it
kind = Type
kind-single-user = single user: this machine, one person at a time
kind-client-server = client/server: a local network, many people
kind-mobile = mobile: one store
hardware-id = Hardware ID
enable-sync = Synchronise by itself
sync-interval = Sync interval
sync-interval-hint = Minutes between two syncs, at least 1. Changes are sent at once anyhow while the line holds.
request-size = Sync request size
request-size-hint = Records in one request; 0 for as many as the line carries. Make it smaller on a bad line.
plain-requests = Use alternative HTTP client
plain-requests-hint = For networks whose middle boxes break what is usual: small requests, not compressed, and none held open.
check-connection = Check connection
check-skipped = Not checked: an earlier step failed.
check-url = The server URL can be read.
check-name = The name is known.
check-connection-good = The connection comes about.
check-tls = The connection is encrypted, and the certificate is right.
check-plain = The connection is not encrypted: what is sent can be read on the way.
check-plain-next = Use https:// outside of a network that you trust.
check-server = A sitesync server answers.
check-version = The protocol versions match.
check-credentials = Site name and password are accepted.
check-accepted = Accepted as site { $name } ({ $code }).
check-device = The device may sync.
check-bound = The site is bound to this device.
check-free = The site is free: the first sync binds it to this device.
check-clock = The clocks agree.
check-clock-untold = The central server did not tell its time.
check-clock-behind = The clock of this device is { $by } behind the central server's.
check-clock-ahead = The clock of this device is { $by } ahead of the central server's.
check-clock-next = Set date, time and time zone of this device. Syncing works all the same.
step-url = Address
step-name = Name of the server
step-connection = Connection
step-tls = Certificate
step-server = Server
step-version = Version
step-credentials = Site name and password
step-device = This device
step-clock = Clock

set-up-title = Set up this site
set-up-step-1 = Step 1 of 3: what the administrator of the central server gave you
set-up-step-2 = Step 2 of 3: check the connection
set-up-password = Password of the site
set-up-next = Next: check
set-up-good = Everything fits. Step 3 fetches the data; that may take a while, and goes on by itself if the line breaks.
set-up-bad = This does not work yet.
set-up-begin = Begin
set-up-correct = Correct it
set-up-anyway = Keep it anyway; the site tries again by itself

log-when = When
log-what = What happened
log-nothing = Nothing out of the ordinary has happened to this data file.
log-aside = Put aside
log-aside-hint = Versions that this data file held and the central server has otherwise, since a file was put back or copied. They were told to the central server.

data-search = Table
data-table = Table
data-edited = Edited
data-records = Records
data-nothing = Nothing has arrived yet.
data-more = Next page
edited-centrally = on the central server
edited-everywhere = on any site
edited-in-store = in its store
set-up-code = I have a QR code
set-up-three = Text of the code
set-up-three-hint = Three lines: address, site name, password. They go before what stands above.
