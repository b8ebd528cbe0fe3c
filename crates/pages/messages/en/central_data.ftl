# Items, facilities and lists.

nav-items = Items
nav-facilities = Facilities
nav-lists = Lists
import-file = Import a file
show-all = Show all
code-or-name = Code or name
choose = Choose
choose-one = Choose…
keep = Keep
nothing-to-choose = Nothing matches, or everything is chosen already.
more-to-choose = There are more than are shown: type a part of the name and search.
all-columns = All columns
central-data-may-not = You may look, and not change anything: that needs the permission “Edit central data”.
form-wrong = Not saved yet.
form-wrong-next = What is wrong stands beside its field.

items-search = Code, name, unit
items-new = New item
items-none = There is no item here.
item-code = Code
item-name = Name
item-unit = Unit
item-unit-hint = One that is not there yet is made.
item-pack-size = Pack size
item-pack-size-hint = Units in a pack, as sites propose it.
item-strength = Strength
item-kind = Type
item-general = Stock item
item-service = Service
item-non-stock = Not kept in stock
item-ven = VEN
item-vital = Vital
item-essential = Essential
item-necessary = Necessary
item-vaccine = Vaccine
item-doses = Doses in a unit
item-lists = Lists
item-lists-hint = A store sees the items of its lists.
item-no-lists = There is no list yet, so no store would see the item.
item-stores = Seen by stores
item-visible = { $n ->
    [0] No store sees it
    [one] { $n } store sees it
   *[other] { $n } stores see it
}
list-seen-by = { $n ->
    [0] no store
    [one] { $n } store
   *[other] { $n } stores
}

facilities-search = Code, name, supplier, list, site
facilities-new = New facility
facilities-none = There is no facility here.
facility-code = Code
facility-name = Name
facility-kind = Kind
facility-kind-hint = A store keeps its stock in this system, on a site that you choose.
facility-store = Store
facility-dispensary = Dispensary
facility-outside = Outside
facility-closed = Closed
facility-phone = Phone
facility-address = Address
facility-is-customer = Customer: it may be supplied
facility-is-supplier = Supplier: it may supply
facility-is-closed = Closed: its store takes part no longer
facility-customer = customer
facility-supplier = supplier
facility-site = Site
facility-where = Where it is active
facility-lists = Lists
facility-lists-hint = Its store sees the items of these lists.
facility-who-sees = Customers and suppliers
facility-supplied-by = Supplied by
facility-supplied-by-hint = Both see each other: the store as a customer there, the supplier here.
facility-seen = What its store sees
facility-what = What it is
facility-none-seen = It sees no customer or supplier yet.
facility-add-seen = Add customers and suppliers…
facility-choose-supplier = Who supplies it?
facility-choose-seen = Which customers and suppliers does its store see?

lists-search = Code, name
lists-new = New list
lists-none = There is no list here.
list-code = Code
list-name = Name
list-kind = Kind
list-plain = Master list
list-program = Programme
list-inactive = Switched off
list-items = Items
list-stores = Stores
list-add-items = Add items…
list-add-stores = Add stores…
list-no-items = There is no item in this list.
list-no-stores = No store sees this list.
list-is-program = This list is a programme.
list-takes-new = New items are put into it, unless one unticks it
list-is-inactive = Switched off: nobody sees anything through it
