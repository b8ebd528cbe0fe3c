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
