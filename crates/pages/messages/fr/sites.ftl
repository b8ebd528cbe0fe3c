# La liste des sites de synchronisation.

nav-sites = Sites
sites-title = Sites de synchronisation
sites-search = Code, nom, dépôt, appareil, état
sites-delete = Supprimer
sites-new = Nouveau site
sites-may-not = Vous pouvez consulter les sites ; pour les modifier il faut la permission « Modifier la synchronisation ».
sites-choose = Choisi
sites-id = ID du site
sites-code = Code
sites-name = Nom du site
sites-device = Type d’appareil
sites-state = État
sites-synced = Dernière synchro
sites-synced-date = Date de dernière synchro (UTC)
sites-synced-time = Heure de dernière synchro (UTC)
sites-behind = Retard
sites-held = Retenus
sites-stores = Dépôts
sites-server = serveur
sites-not-connected = pas encore connecté
sites-as-of = Au { $time } UTC, sa dernière connexion
sites-none = Aucun site ne correspond à « { $sought } ».
sites-all = Afficher tous les sites
# {n} est rempli par la page.
refreshed = actualisé il y a {"{n}"} s
refreshed-long-ago = le serveur ne répond pas ; ceci date de {"{n}"} s

# États d’un site. Courts, avec la suite à donner s’il y en a une.
state-this-server = Ce serveur
state-up-to-date = À jour
state-reading = Lecture en cours
state-never = Jamais synchronisé
state-initialising = Initialisation { $percent } %
state-blocked = Bloqué : { $n } connexions refusées
state-other-device = Autre appareil (ID matériel)
state-former-device = L’appareil remplacé essaie encore
state-wrong-password = Mot de passe faux
state-versions-differ = Les versions des programmes ne vont pas ensemble
state-no-store = Aucun dépôt sur ce site
state-clock-ahead = Horloge en avance de { $by }
state-clock-behind = Horloge en retard de { $by }
state-put-back = Fichier de données restauré ou copié
state-late = En retard : silence depuis { $silent }
state-late-usually = En retard : d’habitude toutes les { $usual }, silence depuis { $silent }
state-late-refused = En retard : refusé ({ $code }), silence depuis { $silent }
state-old-version = Ancienne version { $version } : ce serveur est en { $ours }

# Supprimer un site.
site-delete-title = Supprimer un site
site-delete-none = Aucun site n’est choisi. Cliquez d’abord sur l’un d’eux dans la liste.
site-delete-own = C’est le site du serveur central lui-même. Il ne peut pas être supprimé.
site-delete-stores = « { $name } » a encore des dépôts. Retirez-les d’abord : ils vont au serveur central.
site-delete-sure = Supprimer « { $name } » ? Son appareil ne pourra plus synchroniser. Ce qu’il a envoyé reste ici ; son numéro ne sera jamais réattribué.
site-delete-open = Ouvrir le site
site-delete-back = Retour à la liste

# Les dépôts, et comment ils passent d’un site à l’autre.
nav-stores = Dépôts
stores-search = Code, nom, site
stores-none = Aucun dépôt ne correspond.
store-code = Code du dépôt
store-name = Nom du dépôt
store-site = Actif sur
store-where = Où il est
store-hand-over = Passation
store-told = Son site en a été informé
store-held = { $n ->
    [one] { $n } document de l’ancien site est retenu ou a été mis de côté ; cela n’arrête pas la passation.
   *[other] { $n } documents de l’ancien site sont retenus ou ont été mis de côté ; cela n’arrête pas la passation.
}
store-call-off = Annuler la passation
store-move = Déplacer
store-to = Vers le site
store-move-hint = D’un site en service le dépôt est passé : ce site ne peut plus que le lire dès sa prochaine synchro, envoie le reste, puis l’autre le reçoit.
store-take-over = Reprendre maintenant
store-take-over-hint = Seulement si l’appareil est perdu : ce qu’il envoie encore de ce dépôt est retenu. Entrez le code du dépôt et la raison.
store-reason = Raison
store-past = Déplacements précédents
hand-over-hindered = { $from } doit le passer à { $to }, qui ne peut pas le prendre : { $why }
hand-over-silent = { $from } synchronise et ne répond pas : son programme ne connaît pas la passation. Mettez-le à jour, ou reprenez le dépôt maintenant.
hand-over-waiting = En attente de la prochaine synchro de { $from }.
hand-over-sending = { $n ->
    [0] { $from } est informé ; il n’a plus rien à envoyer et confirme à sa prochaine synchro.
    [one] { $from } est informé ; { $n } enregistrement doit encore venir.
   *[other] { $from } est informé ; { $n } enregistrements doivent encore venir.
}
hand-over-receiving = Actif sur { $to }, qui le reçoit.
hand-over-received = { $to } l’a en entier.
hand-over-called-off = Annulé ; il reste sur { $from }.
hand-over-overtaken = Le dépôt est allé ailleurs entre-temps.

# D’un serveur vide au premier site.
first-begin = Aucun site ne se synchronise encore.
first-begin-hint = Cinq petites étapes mènent d’un serveur vide au premier.
first-steps = Premiers pas
first-about = D’un serveur vide au premier site qui se synchronise. Vous pouvez partir et revenir ; ce qui existe déjà compte.
first-may-not = Il faut les permissions « Modifier la synchronisation » et « Modifier les données centrales ».
first-next = Suivant
first-country = Pays et monnaie
first-place = Pays ou organisation
first-place-hint = Tel qu’il figure en haut de ces pages.
first-currency = Monnaie
first-currency-hint = Les prix sont dans cette monnaie. Trois lettres.
first-list = Tous les articles
first-adjustments = Ajustements de stock
first-facility = Premier établissement
first-items = Premiers articles
first-items-hint = Tapez-en quelques-uns, ou apportez-les tous dans un tableau :
first-no-item = Remplissez au moins une ligne.
first-items-count = { $n ->
    [one] { $n } article
   *[other] { $n } articles
}
first-site = Premier site
first-site-hint = L’appareil se connecte avec ce nom et un mot de passe créé maintenant.
first-stores = Dépôts
first-make-site = Créer le site
first-device = Saisir trois choses sur l’appareil
first-device-hint = L’adresse, le nom du site et le mot de passe ont été affichés à la création du site. Un nouveau mot de passe se définit dans sa fenêtre.
first-device-later = L’adresse de ce serveur, le nom du site et le mot de passe, en texte et en code QR.
first-done = Vers la liste des sites
