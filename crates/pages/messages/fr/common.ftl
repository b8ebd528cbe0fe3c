# Ce que toutes les pages ont en commun.

skip = Aller à la page
pages = Pages
sign-in = Se connecter
sign-out = Se déconnecter
user-name = Nom d’utilisateur
password = Mot de passe
to-the-start = Vers la première page
in-the-open = Cette page arrive sans chiffrement : quiconque partage le réseau peut lire les mots de passe.
in-the-open-next = Configurez TLS sur le serveur. Cette commande, donnée là-bas avec le répertoire de données du serveur, fait un certificat pour un réseau local et dit qu’en faire :
central-server = Serveur central

ok = OK
cancel = Annuler
search = Rechercher
yes = oui
no = non
never = jamais
none = aucun

# Une liste en pages.
pages-of-list = Pages de la liste
pages-previous = Précédente
pages-next = Suivante
counter = affichés / total

# Jour, mois, année et heure tels qu’on les lit.
date-time = { $day } { $month } { $year } { $time }
date-day = { $day } { $month } { $year }
month-1 = janv.
month-2 = févr.
month-3 = mars
month-4 = avr.
month-5 = mai
month-6 = juin
month-7 = juil.
month-8 = août
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = déc.

decimal-mark = ,
size-bytes = { $n } octets
size-kilobytes = { $n } Ko
size-megabytes = { $n } Mo
size-gigabytes = { $n } Go
length-seconds = { $n } s
length-minutes = { $n } min
length-hours = { $n } h
length-days = { $n } j
length-years = { $n } ans

# Les lignes d’une démonstration, que l’on peut couper.
nav-demo = Démonstration
lines-title = Lignes de la démonstration
lines-hint = Coupez la ligne d’un site : il continue de travailler, et ce qu’il enregistre attend là-bas que la ligne soit rétablie. La démonstration en coupe une elle-même de temps en temps. Un vrai serveur n’a pas cette page.
lines-site = Site
lines-line = Ligne
lines-switch = Interrupteur
lines-open = tient
lines-cut = coupée
lines-do-cut = Couper la ligne
lines-do-cut-of = Couper la ligne de { $site }
lines-do-restore = Rétablir la ligne
lines-do-restore-of = Rétablir la ligne de { $site }
