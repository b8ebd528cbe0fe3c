# Enregistrements, documents retenus, journal, réglages.

next-page = Page suivante

nav-held = Retenus
held-hint = Documents qui n’ont pas pu être appliqués tels quels. La version précédente reste visible ; rien n’est perdu tant que vous n’avez pas décidé.
held-all-sites = Afficher ceux de tous les sites
held-nothing = Rien n’est retenu.
held-since = Retenu depuis
held-site = Site
held-document = Document
held-reason = Raison
held-records = Enregistrements
held-waits-for = Attend
held-malformed = Illisible
held-refused = Ce site ne peut pas l’écrire
held-waits = Attend un autre enregistrement
held-parent-deleted = Son en-tête a été supprimé
held-deleted = Supprimé entre-temps
held-merged = Fusionné entre-temps
held-overtaken = Modifié entre-temps par quelqu’un d’autre
held-aside = Mis de côté par le site
held-compare = Ce que le site a envoyé, et ce qui est ici
held-record = Enregistrement
held-column = Colonne
held-sent = Tel qu’envoyé
held-here = Tel qu’ici
held-new = pas encore ici
held-changed = diffère
held-same = identique
held-is-deleted = le site l’a supprimé
held-release = Libérer
held-repair = Libérer contre les règles
held-send-back = Renvoyer
held-drop = Abandonner
held-decisions = Libérer réessaie avec toutes les vérifications. Renvoyer donne au site ce qui est ici, et le site met sa version de côté. Abandonner fait de même et dit que personne n’en veut.
held-sure-repair = L’appliquer bien que son site ne puisse pas l’écrire ? Cela remplace ce qui est ici et va à tous ceux qui l’ont.
held-sure-send-back = Renoncer à cette version ? Le site reçoit ce qui est ici et garde la sienne de côté.
held-sure-drop = Abandonner cette version ? Le site reçoit ce qui est ici.
held-may-not = Il faut la permission « Décider des documents retenus » pour décider.

nav-audit = Audit
audit-at = Quand
audit-who = Qui
audit-what = Quoi
audit-subject = De quoi
audit-from = De
audit-to = À

# Réglages du serveur.
set-sync = Synchronisation
set-server = Ce serveur
set-accept = Accepter la synchronisation
set-accept-hint = Sinon, chaque site est prié d’essayer plus tard, et ne perd rien.
set-guessing = Mots de passe faux des sites
set-failures = Échecs avant blocage
set-failures-hint = Mots de passe faux de suite avant que le site soit bloqué.
set-block = Durée d’un blocage
set-block-hint = En minutes.
set-address = Échecs d’une adresse
set-address-hint = Par minute, avec un nom de site, avant que cette adresse doive attendre la suivante.
set-remember = Retenu pendant
set-remember-hint = Minutes pendant lesquelles un mot de passe juste n’est pas vérifié à nouveau.
set-log = Journal des échanges
set-log-days = Conservé pendant
set-log-days-hint = Jours, de 1 à 3650. Après, les échanges sont retirés du journal ; les enregistrements, les documents retenus et le journal des modifications ne le sont jamais.
