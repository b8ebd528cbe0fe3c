# Articles, établissements et listes.

nav-items = Articles
nav-facilities = Établissements
nav-lists = Listes
import-file = Importer un fichier
show-all = Tout afficher
code-or-name = Code ou nom
choose = Choisir
choose-one = Choisir…
keep = Garder
nothing-to-choose = Rien ne correspond, ou tout est déjà choisi.
more-to-choose = Il y en a plus que ce qui est affiché : tapez une partie du nom et cherchez.
all-columns = Toutes les colonnes
central-data-may-not = Vous pouvez consulter sans rien modifier : il faut la permission « Modifier les données centrales ».
form-wrong = Pas encore enregistré.
form-wrong-next = Ce qui ne va pas est indiqué à côté du champ.

items-search = Code, nom, unité
items-new = Nouvel article
items-none = Il n’y a pas d’article ici.
item-code = Code
item-name = Nom
item-unit = Unité
item-unit-hint = Une unité qui n’existe pas encore est créée.
item-pack-size = Conditionnement
item-pack-size-hint = Unités par paquet, tel que les sites le proposent.
item-strength = Dosage
item-kind = Type
item-general = Article en stock
item-service = Service
item-non-stock = Hors stock
item-ven = VEN
item-vital = Vital
item-essential = Essentiel
item-necessary = Nécessaire
item-vaccine = Vaccin
item-doses = Doses par unité
item-lists = Listes
item-lists-hint = Un dépôt voit les articles de ses listes.
item-no-lists = Il n’y a pas encore de liste, donc aucun dépôt ne verrait l’article.
item-stores = Vu par (dépôts)
item-visible = { $n ->
    [0] Aucun dépôt ne le voit
    [one] { $n } dépôt le voit
   *[other] { $n } dépôts le voient
}
list-seen-by = { $n ->
    [0] aucun dépôt
    [one] { $n } dépôt
   *[other] { $n } dépôts
}

facilities-search = Code, nom, fournisseur, liste, site
facilities-new = Nouvel établissement
facilities-none = Il n’y a pas d’établissement ici.
facility-code = Code
facility-name = Nom
facility-kind = Genre
facility-kind-hint = Un dépôt tient son stock dans ce système, sur un site que vous choisissez.
facility-store = Dépôt
facility-dispensary = Dispensaire
facility-outside = Extérieur
facility-closed = Fermé
facility-phone = Téléphone
facility-address = Adresse
facility-is-customer = Client : il peut être approvisionné
facility-is-supplier = Fournisseur : il peut approvisionner
facility-is-closed = Fermé : son dépôt ne participe plus
facility-customer = client
facility-supplier = fournisseur
facility-site = Site
facility-where = Où il est actif
facility-lists = Listes
facility-lists-hint = Son dépôt voit les articles de ces listes.
facility-who-sees = Clients et fournisseurs
facility-supplied-by = Approvisionné par
facility-supplied-by-hint = Les deux se voient : le dépôt comme client là-bas, le fournisseur ici.
facility-seen = Ce que son dépôt voit
facility-what = Ce que c’est
facility-none-seen = Il ne voit encore ni client ni fournisseur.
facility-add-seen = Ajouter des clients et fournisseurs…
facility-choose-supplier = Qui l’approvisionne ?
facility-choose-seen = Quels clients et fournisseurs son dépôt voit-il ?

lists-search = Code, nom
lists-new = Nouvelle liste
lists-none = Il n’y a pas de liste ici.
list-code = Code
list-name = Nom
list-kind = Genre
list-plain = Liste principale
list-program = Programme
list-inactive = Désactivée
list-items = Articles
list-stores = Dépôts
list-add-items = Ajouter des articles…
list-add-stores = Ajouter des dépôts…
list-no-items = Il n’y a pas d’article dans cette liste.
list-no-stores = Aucun dépôt ne voit cette liste.
list-is-program = Cette liste est un programme.
list-takes-new = Les nouveaux articles y entrent, sauf si on la décoche
list-is-inactive = Désactivée : personne ne voit rien par elle
