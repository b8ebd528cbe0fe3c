# Refusals by their code, with an underscore written as a hyphen. A code that is not here is told in the English words of the API.

error-sign-in = The name or the password is wrong.
error-sign-in-next = Try again, or ask somebody who manages users for another password.
error-too-many-failures = Too many wrong passwords for this name.
error-too-many-failures-next = Wait a minute, then try again.
error-server-busy = The server is busy.
error-server-busy-next = Try again in a minute.
error-permission-missing = You do not have the permission for this.
error-permission-missing-next = Ask somebody who manages users for it, or sign in with another account.
error-other-page = The request came from a page of another server.
error-other-page-next = Nothing was changed. Do it on the pages of this server.
error-form-foreign = The form does not belong to your session.
error-form-foreign-next = Nothing was changed. Load the page again and repeat what you did.
error-form-unreadable = The form could not be read.
error-form-unreadable-next = Nothing was changed. Load the page again.
error-not-found = There is nothing at this address.
error-not-found-next = Go to the first page and look from there.
error-disk = The disk of the server is full or cannot be written.
error-disk-next = Nothing was stored. Make room on the server and try again.

# Sites.
error-site-not-found = There is no such site.
error-site-not-found-next = Look at the list of sites.
error-site-name-taken = Another site already has this name.
error-site-name-taken-next = Choose another one.
error-site-name-refused = The site name is empty, or contains a colon or a line break.
error-site-name-refused-next = Sites sign in with it, and could not send these.
error-text-too-long = This text is too long.
error-text-too-long-next = At most 100 characters, an address at most 2,000.
error-uri-refused = This is not an address at which a server can be reached.
error-uri-refused-next = Write it with http:// or https://, a host, if need be a port, and no user name.
error-second-open-msupply-central = Another site already is the Open mSupply central server, and there is only one.
error-second-open-msupply-central-next = Untick it there first.
error-site-is-central-server = This is the central server's own site.
error-site-is-central-server-next = It cannot be deleted, and nobody logs in as it.
error-site-has-stores = The site still has stores.
error-site-has-stores-next = Remove them first.
error-not-a-former-device = This device is not refused on this site any more.
error-not-a-former-device-next = Load the page again.
error-no-numbers-left = No site numbers are left.
error-no-numbers-left-next = Nothing was changed.
error-mobile-has-store = This is a mobile site, and has a store already.
error-mobile-has-store-next = Remove its store first, or choose another type.
error-store-unknown = There is no such store any more.
error-store-unknown-next = Load the page again.
