# Records, held documents, audit, settings.

next-page = Next page

nav-held = Held
held-hint = Documents that could not be applied as they came. The version before each stays visible; nothing is lost until you decide.
held-all-sites = Show those of all sites
held-nothing = Nothing is held.
held-since = Held since
held-site = Site
held-document = Document
held-reason = Reason
held-records = Records
held-waits-for = Waits for
held-malformed = Cannot be read
held-refused = Not the site's to write
held-waits = Waits for another record
held-parent-deleted = Its header was deleted
held-deleted = Was deleted meanwhile
held-merged = Was merged meanwhile
held-overtaken = Changed by somebody else meanwhile
held-aside = Put aside by the site
held-compare = What the site sent, and what is here
held-record = Record
held-column = Column
held-sent = As sent
held-here = As it is here
held-new = not here yet
held-changed = differs
held-same = the same
held-is-deleted = the site deleted it
held-release = Release
held-repair = Release against the rules
held-send-back = Send back
held-drop = Drop
held-decisions = Release tries again with all checks. Send back gives the site what is here, and the site puts its own version aside. Drop does the same and says that nobody wants it.
held-sure-repair = Apply it although its site may not write it? It replaces what is here, and goes to everybody who has it.
held-sure-send-back = Give this version up? The site gets what is here, and keeps its own version put aside.
held-sure-drop = Drop this version? The site gets what is here.
held-may-not = You need the permission “Decide about held documents” to decide.

nav-audit = Audit
audit-at = When
audit-who = Who
audit-what = What
audit-subject = Of what
audit-from = From
audit-to = To

# Settings of the server.
set-sync = Synchronisation
set-server = This server
set-accept = Accept synchronisation
set-accept-hint = Off: every site is told to try later, and loses nothing.
set-guessing = Wrong passwords of sites
set-failures = Failures before a block
set-failures-hint = Wrong passwords in a row until the site is blocked.
set-block = Length of a block
set-block-hint = In minutes.
set-address = Failures of an address
set-address-hint = In a minute, with one site name, until that address has to wait for the next.
set-remember = Remembered for
set-remember-hint = Minutes for which a password that was right is not checked anew.
set-log = Log of exchanges
set-log-days = Kept for
set-log-days-hint = Days, from 1 to 3650. Exchanges are removed from the log after that; records, held documents and the audit never.
