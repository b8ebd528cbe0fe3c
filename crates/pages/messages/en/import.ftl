# Importing files of items, facilities and users.

import-kinds = What the file holds
import-choose = Drop a CSV file here, or choose one
import-about-file = CSV as Excel and other programs save it, up to { $limit }. First you see what it would do: nothing is stored before OK.
import-look = Look at it
import-columns = Columns
import-columns-hint = In any order, with such a header or a similar one, in English or French. Only the first one is needed. What is not in the file, and cells that are empty, leave everything as it is.
import-column = Column
import-example = For example
import-may-hold = What may stand in it
import-needed = needed
import-get-example = Get an example with these columns
import-preset = Job
import-other-permissions = other permissions
import-customer = Is a customer
import-supplier = Is a supplier

import-lists-hint = Codes or names of lists that are there, with semicolons between. They become all of its lists.
import-ven-hint = V, E or N
import-item-kind-hint = General, service or non stock
import-facility-kind-hint = Store, dispensary, or outside for suppliers and customers without a store here
import-supplied-by-hint = The code of the store that supplies it, which may be in the same file
import-user-name-hint = Passwords are in no file: a new user signs in once you have set one.
import-language-hint = en or fr
import-stores-hint = Codes of stores, with semicolons between. They become all of the user’s stores. For a new user, the first one opens first.
import-preset-hint = Viewer, storekeeper, store manager or administrator: gives the permissions of this job, here and in every store.

import-rows = Rows of the file
import-line = Line
import-does = Does
import-all = All
import-new = New
import-changed = Changed
import-unchanged = Unchanged
import-wrong = Wrong
import-left-out = (left out)
import-column-is = What the column “{ $header }” is
import-none = There is no such row.
import-look-again = Look again
import-empty-cells = OK stores all of it at once. Empty cells leave everything as it is.
import-correct-first = OK stores all or nothing: choose other columns, or correct the file and choose it again.
import-nothing-new = Everything is there already.
import-windows = The file is not UTF-8 and was read as Windows text: look whether accents are right.
import-done = Imported.
import-no-passwords = The new users have no password yet. Set one in the window of each, then they can sign in.
import-another = Import another file
import-units-made = { $n ->
    [one] One unit is not there yet and is made: { $names }
   *[other] { $n } units are not there yet and are made: { $names }
}

import-column-twice = Two columns are “{ $column }”. Choose one of them.
import-column-missing = No column is “{ $column }”, which says what each row is about. Choose one.
import-row-short = Has { $n } cells where the header has { $expected }: is a quote not closed?
import-row-long = Has { $n } cells where the header has { $expected }: is a cell with a comma not in quotes?
import-key-missing = Must not be empty.
import-same-as-line = The same as in line { $line }.
import-not-one-line = Holds a line break or another control character.
import-not-a-number = Is not a number.
import-unclear-comma = Unclear: a comma may stand before decimals or thousands. Write the number without it.
import-not-yes-or-no = Is not yes or no.
import-not-ven = Is not V, E or N.
import-no-item-kind = Is not general, service or non stock.
import-no-facility-kind = Is not store, dispensary or outside.
import-no-language = Is not en or fr.
import-no-preset = Is not viewer, storekeeper, store manager or administrator.
import-no-list = There is no list “{ $word }”.
import-no-supplier = There is no store “{ $word }”, and none in this file.
import-no-store = There is no store “{ $word }”.
import-several = “{ $word }” is the code or name of more than one.
