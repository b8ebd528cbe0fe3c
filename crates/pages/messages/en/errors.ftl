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

# Central data.
error-central-data-not-found = It is not there any more.
error-central-data-not-found-next = Look at the list.
error-central-data-changed = Somebody else has changed this meanwhile.
error-central-data-changed-next = Nothing was stored. Load the page again and repeat what you did.
error-code-missing = A code is needed.
error-name-missing = A name is needed.
error-field-too-long = At most 200 characters.
error-item-code-taken = Another item has this code.
error-facility-code-taken = Another facility has this code.
error-list-code-taken = Another list has this code.
error-item-kind-unknown = There is no such type of item.
error-facility-kind-unknown = There is no such kind of facility.
error-ven-unknown = V, E, N or nothing.
error-pack-size-wrong = A number above 0.
error-doses-wrong = A number from 0 on.
error-list-unknown = There is no such list.
error-supplier-unknown = There is no such store.
error-supplies-itself = A facility cannot supply itself.
error-store-stays = A facility with a store keeps it. It can be closed.
error-facility-unknown = There is no such facility.
error-item-unknown = There is no such item.
error-currency-wrong = Three letters, such as USD.

error-record-changed = Somebody else has changed this record meanwhile.
error-record-changed-next = Nothing was stored. Look at it as it is now, and do it again if it is still needed.
error-record-unknown = There is no such record.
error-record-unknown-next = It may have been named wrongly, or never have come here.
error-table-unknown = There is no such table.
error-table-unknown-next = Look at the list of tables.
error-table-private = Records of this table hold secrets and are not shown.
error-table-private-next = Passwords and permissions are changed on the page of the user.
error-own-page = Records of this table are changed on pages of their own.
error-own-page-next = Nothing was stored. Use the page of the user.

# Importing files.
error-no-file = No file was chosen.
error-no-file-next = Choose one, or drop it there.
error-file-too-large = The file is too large.
error-file-too-large-next = Nothing was imported. Import it in parts of at most 8 MB.
error-upload-gone = This file is not here any more.
error-upload-gone-next = Files wait for OK for two hours. Choose it again.
error-import-wrong = Nothing was imported: something in the file is wrong.
error-import-wrong-next = It is marked below.
error-import-not-as-seen = Nothing was imported yet: what it would do is not what you saw.
error-import-not-as-seen-next = You chose other columns, or somebody changed the data meanwhile. Look again, then press OK.
error-sheet-utf16 = The file is UTF-16 text.
error-sheet-utf16-next = Save it as “CSV UTF-8” and choose it again.
error-sheet-workbook = The file is a workbook, not CSV.
error-sheet-workbook-next = Open it, save it as “CSV UTF-8” and choose that file.
error-sheet-not-text = The file is not text.
error-sheet-not-text-next = Choose a CSV file.
error-sheet-empty = The file is empty.
error-sheet-empty-next = Choose another one.
error-sheet-no-rows = The file has a header and nothing below it.
error-sheet-no-rows-next = Choose another one.
error-sheet-too-many-rows = The file has more than 50,000 rows.
error-sheet-too-many-rows-next = Import it in parts.
error-sheet-too-many-columns = The file has more than 200 columns.
error-sheet-too-many-columns-next = Leave out those that say nothing here.

# On a remote site, when the central server is not reached or refuses.
error-connection-refused = The machine of the central server is there, but nothing answers at this port.
error-connection-refused-next = Check the port in the server URL; if it is right, the central server is not running.
error-name-not-resolved = The name of the central server is not known: no address was found for it.
error-name-not-resolved-next = Check that this device is on the network, and the spelling of the server URL. Work goes on meanwhile; the site tries again by itself.
error-silent = The central server did not answer in time.
error-silent-next = Check the connection of this device. Nothing is lost; the site tries again by itself and goes on where it was.
error-server-error = The central server answered with an error.
error-server-error-next = The site tries again by itself. If it stays, tell whoever runs the central server.
