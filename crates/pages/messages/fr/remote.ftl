# Les pages d’un site distant.

remote-place = Ce site
nav-status = Synchronisation
nav-data = Données
nav-log = Journal
nav-settings = Réglages

sync-now = Synchroniser
status-sync = Synchronisation
status-now = En ce moment
status-connecting = connexion
status-sending = envoi ; { $n } envoyés
status-receiving = réception ; { $n } reçus, encore { $left }
status-paused = en pause
status-failed = la dernière synchro a échoué ; un nouvel essai se fera de lui-même
status-empty = rien n’est encore reçu
status-idle = à jour
status-not-sent = Pas encore sur le serveur central
status-unsent-none = rien
status-unsent = { $n ->
    [one] { $n } enregistrement
   *[other] { $n } enregistrements
}
status-unsent-since = { $n ->
    [one] { $n } enregistrement, d’il y a { $since }
   *[other] { $n } enregistrements, le plus ancien d’il y a { $since }
}
status-last-success = Dernier succès
status-last-attempt = Dernier essai
status-stores = Dépôts
status-no-stores = Aucun encore. Ils arrivent avec la première synchro.
store-ready = prêt
store-arriving = en cours d’arrivée ; encore { $n }
store-leaving = part vers { $to } : plus rien ne peut y être modifié ici
store-moved = parti vers un autre site

warn-mobile-stores = Un site mobile n’a qu’un dépôt, et celui-ci en a reçu { $n }. Demandez à un administrateur de ne lui en laisser qu’un, ou configurez un autre type.
warn-clock = L’horloge de cet appareil est décalée de { $by }. Réglez la date, l’heure et le fuseau horaire.
warn-held = { $n ->
    [one] { $n } document de ce site est retenu sur le serveur central, où quelqu’un doit en décider.
   *[other] { $n } documents de ce site sont retenus sur le serveur central, où quelqu’un doit en décider.
}
warn-aside = { $n ->
    [one] { $n } version a été mise de côté ici ; elle figure dans le journal.
   *[other] { $n } versions ont été mises de côté ici ; elles figurent dans le journal.
}

settings-may-not = Il faut la permission « Modifier la synchronisation » pour changer ceci.
settings-connection = Serveur central
settings-pace = Rythme
settings-warning = Le site ne synchronise plus si le serveur central ne connaît pas ceci.
server-url = Adresse du serveur
site-name = Nom du site
password-kept = défini ; laissez vide pour le garder
kind = Type
kind-single-user = monoposte : cette machine, une personne à la fois
kind-client-server = client/serveur : un réseau local, plusieurs personnes
kind-mobile = mobile : un dépôt
hardware-id = ID matériel
enable-sync = Synchroniser automatiquement
sync-interval = Intervalle
sync-interval-hint = Minutes entre deux synchros, au moins 1. Les modifications partent de toute façon aussitôt tant que la ligne tient.
request-size = Taille des requêtes
request-size-hint = Enregistrements par requête ; 0 pour autant que la ligne en porte. Réduisez sur une mauvaise ligne.
plain-requests = Utiliser l’autre client HTTP
plain-requests-hint = Pour les réseaux dont les équipements perturbent l’usage courant : petites requêtes, sans compression, aucune gardée ouverte.
check-connection = Vérifier la connexion
check-skipped = Pas vérifié : une étape précédente a échoué.
check-url = L’adresse du serveur est lisible.
check-name = Le nom est connu.
check-connection-good = La connexion s’établit.
check-tls = La connexion est chiffrée et le certificat est juste.
check-plain = La connexion n’est pas chiffrée : ce qui est envoyé peut être lu en chemin.
check-plain-next = Utilisez https:// hors d’un réseau de confiance.
check-server = Un serveur sitesync répond.
check-version = Les versions du protocole correspondent.
check-credentials = Le nom et le mot de passe du site sont acceptés.
check-accepted = Accepté comme site { $name } ({ $code }).
check-device = L’appareil peut synchroniser.
check-bound = Le site est lié à cet appareil.
check-free = Le site est libre : la première synchronisation le lie à cet appareil.
check-clock = Les horloges concordent.
check-clock-untold = Le serveur central n’a pas donné son heure.
check-clock-behind = L’horloge de cet appareil retarde de { $by } sur celle du serveur central.
check-clock-ahead = L’horloge de cet appareil avance de { $by } sur celle du serveur central.
check-clock-next = Réglez la date, l’heure et le fuseau de cet appareil. La synchronisation marche quand même.
step-url = Adresse
step-name = Nom du serveur
step-connection = Connexion
step-tls = Certificat
step-server = Serveur
step-version = Version
step-credentials = Nom et mot de passe du site
step-device = Cet appareil
step-clock = Horloge

set-up-title = Configurer ce site
set-up-step-1 = Étape 1 sur 3 : ce que l’administrateur du serveur central vous a donné
set-up-step-2 = Étape 2 sur 3 : vérifier la connexion
set-up-password = Mot de passe du site
set-up-next = Suite : vérifier
set-up-good = Tout va bien. L’étape 3 récupère les données ; cela peut durer et reprend de soi-même si la ligne se coupe.
set-up-bad = Cela ne fonctionne pas encore.
set-up-begin = Commencer
set-up-correct = Corriger
set-up-anyway = Garder quand même ; le site réessaie de lui-même

log-when = Quand
log-what = Ce qui s’est passé
log-nothing = Rien de particulier n’est arrivé à ce fichier de données.
log-aside = Mis de côté
log-aside-hint = Versions que ce fichier contenait et que le serveur central a autrement, depuis qu’un fichier a été restauré ou copié. Le serveur central en a été informé.

data-search = Table
data-table = Table
data-edited = Modifié
data-records = Enregistrements
data-nothing = Rien n’est encore arrivé.
data-more = Page suivante
edited-centrally = sur le serveur central
edited-everywhere = sur n’importe quel site
edited-in-store = dans son dépôt
set-up-code = J’ai un code QR
set-up-three = Texte du code
set-up-three-hint = Trois lignes : adresse, nom du site, mot de passe. Elles priment sur ce qui est au-dessus.
