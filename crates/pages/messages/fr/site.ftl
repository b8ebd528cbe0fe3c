# La fenêtre d’un site.

site-tabs = Parties de la fenêtre
site-general = Général
site-details = Détails
site-log = Journal
site-synced = synchronisé le
site-settings = Réglages
site-id-new = attribué à la validation
site-code = Code du site
site-name-hint = Le site se connecte sous ce nom. Choisissez-en un qui dit de quel lieu il s’agit.
site-name-warning = Sert à se connecter. « { $name } » cesse de synchroniser tant que le nouveau nom n’y est pas saisi ou l’ancien rétabli ici.
site-password-set = défini, non affiché
site-password-none = non défini : personne ne peut se connecter
site-password-generate = Générer
site-password-made-up = inventé et affiché une seule fois à la validation
site-password-type = Le saisir
site-password-warning = Sert à se connecter. « { $name } » cesse de synchroniser tant que le nouveau mot de passe n’y est pas saisi.
site-hardware = ID matériel
site-hardware-none = aucun : le premier appareil qui se connecte sera lié
site-reset = Réinitialiser
site-reset-never-heard = Cet appareil n’a jamais synchronisé : tout ce qui y a été saisi n’existe que là.
site-reset-all-here = À sa dernière connexion, { $time } UTC, tout était ici. Ce qui y a été saisi depuis n’existe que sur cet appareil.
site-reset-unsent = À sa dernière connexion, { $time } UTC, { $n } enregistrements saisis là n’étaient pas encore ici. Comme tout ce qui a été saisi depuis, ils n’existent que sur cet appareil.
site-reset-unsent-since = { $n } enregistrements saisis là depuis { $since } UTC n’étaient pas ici à sa dernière connexion, { $time } UTC. Comme tout ce qui a été saisi depuis, ils n’existent que sur cet appareil.
site-reset-after = Après OK, un autre appareil peut reprendre le site et celui-ci est refusé.
site-former = Appareil remplacé
site-former-since = refusé depuis { $time } UTC
site-former-allow = Autoriser à nouveau
site-former-allowed = à nouveau autorisé à la validation
site-keep = Conserver
site-undo = Annuler
site-type = Type
site-type-none = non choisi
site-type-single = Autonome, un seul utilisateur
site-type-server = Autonome, client/serveur
site-type-mobile = Mobile
site-type-hint = Ce que le site doit être. Son appareil le remplace par ce qu’il est. Un site mobile n’a qu’un seul dépôt.
site-type-reported = Indiqué par l’appareil à chaque synchronisation.
site-app-name = Nom de l’application
site-app-version = Version de l’application
site-active = Le site est actif sur ce fichier de données
site-active-own = C’est le fichier de données du serveur central : les données de base et les transactions de ses propres dépôts se saisissent ici.
site-active-other = Ce n’est pas le site de ce fichier de données : les transactions de ses dépôts se saisissent sur le site lui-même, pas ici.
site-open-msupply = Réglages du serveur central Open mSupply
site-is-central = Le site est le serveur central Open mSupply
site-uri = URI du serveur central Open mSupply
site-stores = Dépôts
site-no-stores = Pas encore de dépôt.
site-own-stores = Les dépôts retirés d’autres sites viennent ici. Pour en déplacer un, ajoutez-le au site où il doit aller.
site-store-code = Code du dépôt
site-store-name = Nom du dépôt
site-add-store = Ajouter un dépôt…
site-remove = Retirer
site-store-goes = va au serveur central à la validation
site-store-from-central = vient du serveur central, qui en a les données les plus récentes
site-store-from-unused = vient de « { $site } », qu’aucun appareil n’a encore utilisé
site-store-from = vient de « { $site } », dernière synchro { $time }, { $unsent } enregistrements non envoyés
site-store-hand-over = Voir la passation : l’annuler, ou reprendre maintenant
site-store-caution = « { $site } » est utilisé : le dépôt est donc transmis. Il y devient en lecture seule et vient ici une fois que ce site a synchronisé et tout envoyé.
site-store-moved = Un dépôt a été déplacé vers un autre site depuis que vous l’avez choisi. Retirez-le de la liste et ajoutez-le de nouveau pour voir où il est.
site-mobile-full = C’est un site mobile. Il ne peut avoir qu’un seul dépôt ; on ne peut en ajouter un autre. Retirez d’abord le sien ou choisissez un autre type.
site-waits = { $n } enregistrements, environ { $size }, attendent ce site.
site-nothing-waits = Rien n’attend ce site.
site-check = Vérifier la connexion
site-check-stored = Il s’agit du site tel qu’il est enregistré, sans vos modifications.
site-unblock = Débloquer le site
site-unblocked = Le site est débloqué : il peut de nouveau se connecter. Rien d’autre n’a été enregistré.
site-close = Fermer
site-changes = { $n ->
    [one] 1 modification, rien n’est encore enregistré
   *[other] { $n } modifications, rien n’est encore enregistré
}
# {n} est rempli par la page.
site-changes-live = modifié : {"{n}"}, rien n’est encore enregistré
site-saved = Enregistré.
site-saved-enter = Saisissez ces trois choses sur l’appareil.
site-saved-device = Pour l’appareil
site-saved-address = URL du serveur
site-saved-once = Le mot de passe n’est affiché que maintenant. Notez-le ou copiez-le ; on ne pourra plus le voir ici.
site-saved-code = Les trois choses en code QR
site-saved-code-hint = Les mêmes trois lignes, pour un appareil avec caméra.
site-saved-open = Ouvrir le site
site-copy = Copier
site-copied = Copié
site-changed = Quelqu’un d’autre a modifié ce site depuis que vous l’avez ouvert.
site-changed-nothing-saved = Rien de vos modifications n’a été enregistré.
site-changed-what = Quoi
site-changed-was = Quand vous l’avez ouvert
site-changed-now = Maintenant
site-changed-load = Le recharger, sans mes modifications
site-changed-merge = Continuer avec les deux
site-password-before = comme il était
site-password-other = un autre

site-choose = Choisir un dépôt à déplacer vers ce site
site-choose-search = Code, nom ou site
site-choose-where = Actif sur
site-choose-none = Aucun dépôt n’est choisi. Cliquez d’abord sur l’un d’eux.
site-choose-nothing = Il n’y a pas de tel dépôt.
site-choose-more = { $n } de plus : cherchez-les.

# Vérifier la connexion.
connection-level-good = Bien
connection-level-notice = À savoir
connection-level-problem = Problème
connection-own = C’est le site du serveur central lui-même ; il ne se connecte pas à lui-même.
connection-sync-on = Le serveur central accepte la synchronisation.
connection-sync-off = La synchronisation est désactivée sur le serveur central ; tous les sites sont priés d’essayer plus tard.
connection-sync-off-next = Activez-la dans les réglages du serveur central.
connection-address = { $address } vous est parvenu chiffré : son adresse et son certificat sont valables, du moins pour votre navigateur.
connection-address-open = Vous êtes venu à { $address } sans chiffrement.
connection-address-open-next = Pour les sites, configurez TLS et donnez-leur l’adresse qui figure dans le certificat.
connection-password = Il se connecte sous « { $name } » et a un mot de passe.
connection-no-password = Aucun mot de passe n’est défini : personne ne peut se connecter comme ce site.
connection-no-password-next = Définissez un mot de passe.
connection-not-blocked = Il n’est pas bloqué.
connection-blocked = L’appareil est bloqué après des mots de passe faux, encore { $left }.
connection-blocked-next = Corrigez le mot de passe sur l’appareil et appuyez sur Débloquer le site.
connection-strangers-blocked = Les appareils non liés au site sont bloqués après des mots de passe faux, encore { $left }.
connection-strangers-blocked-next = Si un nouvel appareil doit être lié, appuyez sur Débloquer le site.
connection-no-device = Aucun appareil n’est lié : le prochain qui se connecte le sera.
connection-device = Il est lié à l’appareil { $device } ; tout autre appareil est refusé.
connection-former-devices = Refusés depuis une réinitialisation : { $devices }.
connection-former-devices-next = Si l’un d’eux doit resservir, autorisez-le.
connection-version = Il parle { $version }, ce qui est accepté.
connection-version-unknown = Il n’a pas encore dit quelle version il parle. Ce serveur parle : { $versions }.
connection-no-store = Aucun dépôt n’est actif sur ce site.
connection-no-store-next = Ajoutez le dépôt avec lequel ce site doit travailler.
connection-stores = { $n ->
    [one] 1 dépôt est actif sur ce site.
   *[other] { $n } dépôts sont actifs sur ce site.
}
connection-refusal = Il a été refusé la dernière fois, { $time } UTC : { $cause } ({ $detail }).
connection-no-uri = C’est le serveur central Open mSupply, mais son URI n’est pas définie : les sites Open mSupply ne peuvent pas le trouver.
connection-no-uri-next = Saisissez l’adresse à laquelle les sites l’atteignent.
connection-called = Il tient une ligne ouverte en ce moment et vient d’être prié de synchroniser : sa dernière connexion devrait être maintenant.
connection-not-waiting = Il ne tient pas de ligne ouverte en ce moment. Ce serveur n’appelle jamais un site ; il vient de lui-même.

# Pourquoi un site a été refusé.
refusal-name = il n’y a pas de site de ce nom
refusal-name-next = Comparez le nom du site sur l’appareil avec celui d’ici.
refusal-password = mot de passe faux
refusal-password-next = Saisissez de nouveau le mot de passe sur l’appareil, ou définissez-en un nouveau ici.
refusal-off = la synchronisation était désactivée ici
refusal-off-next = Activez-la dans les réglages du serveur central.
refusal-busy = le serveur était occupé
refusal-wait = Rien : le site réessaie de lui-même.
refusal-failures = trop d’échecs depuis son réseau
refusal-blocked = bloqué après des mots de passe faux
refusal-blocked-next = Corrigez le mot de passe sur l’appareil et appuyez sur Débloquer le site.
refusal-device = un autre appareil que celui qui est lié
refusal-device-next = S’il doit le remplacer, réinitialisez l’ID matériel.
refusal-former = un appareil qui a été remplacé
refusal-former-next = S’il doit resservir, autorisez-le.
refusal-not-bound = aucun appareil n’était lié
refusal-token = sa session était terminée
refusal-version = les versions des programmes ne vont pas ensemble
refusal-version-next = Mettez à jour le plus ancien des deux programmes.
refusal-no-store = aucun dépôt n’était sur le site
refusal-no-store-next = Ajoutez son dépôt.
refusal-malformed = la demande n’a pas pu être lue
refusal-other = { $code }

# Détails.
site-sync = Synchronisation
site-data = Données
site-identity = Identité
site-all-here = Tout ce qui y a été saisi jusqu’au { $time } UTC est ici.
site-initialisation = Initialisation
site-initialisation-new = pas commencée
site-initialisation-started = commencée
site-initialisation-percent = { $percent } % lus
site-initialisation-completed = terminée
site-initialisation-error = arrêtée par une erreur
site-first-sync = Première synchro
site-last-sync = Dernière synchro
site-last-connection = Dernière connexion
site-last-attempt = Dernière tentative de connexion
site-last-refusal = Dernier refus
site-last-refusal-why = Pourquoi
site-protocol = Protocole
site-clock = Son horloge
site-clock-right = à l’heure
site-clock-ahead = en avance de { $by } : réglez-la
site-clock-behind = en retard de { $by } : réglez-la
site-unsent = Pas encore envoyés
site-unsent-since = Le plus ancien depuis
site-held = Documents retenus
site-aside = Versions mises de côté
site-divergences = Fichier de données restauré ou copié, fois
site-data-file = Fichier de données
site-uuid = UUID
site-created = Créé
site-feeds = Ce qu’il lit
site-feed = Flux
site-feed-central = Données centrales
site-feed-records = Enregistrements
site-feed-size = Environ
site-feed-waiting = En attente
site-feed-waiting-size = Environ
site-feeds-hint = En attente : ce qui vient après le point où le site était à sa dernière connexion. Les tailles sont estimées sur quelques centaines d’enregistrements, avant compression.

# Journal.
site-log-when = Heure
site-log-what = Quoi
site-log-in = Reçus
site-log-unchanged = Inchangés
site-log-held-count = Retenus
site-log-out = Envoyés
site-log-size = Octets reçus / envoyés
site-log-took = Durée
site-log-time = Heure (UTC)
site-log-count = Combien de fois
site-log-bytes-in = Octets reçus
site-log-bytes-out = Octets envoyés
site-log-took-ms = Durée (ms)
site-log-ms = { $n } ms
site-log-idle = { $n ->
    [one] 1 échange dans cette heure, rien à transmettre
   *[other] { $n } échanges dans cette heure, rien à transmettre
}
site-log-received = Enregistrements reçus
site-log-sent = Enregistrements envoyés
site-log-both = Enregistrements reçus et envoyés
site-log-held = Enregistrements reçus, dont certains retenus
site-log-held-next = Consultez les documents retenus.
site-log-behind = Il manque à ce serveur ce qu’il avait avant une restauration
site-log-behind-next = Rien à faire : le site l’envoie de nouveau.
site-log-diverged = Le fichier de données du site a été restauré ou copié
site-log-diverged-next = Le site relit de lui-même. Si une copie est utilisée ailleurs, arrêtez-la.
site-log-refused = { $n ->
    [one] Refusé : { $cause }
   *[other] Refusé { $n } fois : { $cause }
}
site-log-show = Afficher
site-log-all = tout
site-log-moved = quelque chose de transmis
site-log-nothing-moved = rien à transmettre
site-log-failed = échoué
site-log-on = le
site-log-filter = Afficher
site-log-everything = Tout afficher
site-log-none = Rien n’a été noté.
site-log-more = { $n } plus anciens : choisissez un jour ou prenez le fichier.
site-log-kept = Conservé 90 jours. Les enregistrements, les documents retenus et le journal des modifications sont conservés pour toujours.
site-log-picture = Les 14 derniers jours : { $moved } échanges ont transmis quelque chose, { $idle } n’avaient rien à transmettre, { $failed } tentatives ont échoué.
site-log-day = { $day } : { $moved } avec transmission, { $idle } sans rien à transmettre, { $failed } échecs
