# Les refus selon leur code, un tiret au lieu du souligné. Un code absent d’ici est dit avec les mots anglais de l’API.

error-sign-in = Le nom ou le mot de passe est faux.
error-sign-in-next = Réessayez, ou demandez un autre mot de passe à une personne qui gère les utilisateurs.
error-too-many-failures = Trop de mots de passe faux pour ce nom.
error-too-many-failures-next = Attendez une minute, puis réessayez.
error-server-busy = Le serveur est occupé.
error-server-busy-next = Réessayez dans une minute.
error-permission-missing = Vous n’avez pas la permission nécessaire.
error-permission-missing-next = Demandez-la à une personne qui gère les utilisateurs, ou connectez-vous avec un autre compte.
error-other-page = La demande venait d’une page d’un autre serveur.
error-other-page-next = Rien n’a été modifié. Faites-le sur les pages de ce serveur.
error-form-foreign = Le formulaire n’appartient pas à votre session.
error-form-foreign-next = Rien n’a été modifié. Rechargez la page et recommencez.
error-form-unreadable = Le formulaire n’a pas pu être lu.
error-form-unreadable-next = Rien n’a été modifié. Rechargez la page.
error-not-found = Il n’y a rien à cette adresse.
error-not-found-next = Allez à la première page et cherchez à partir de là.
error-disk = Le disque du serveur est plein ou ne peut être écrit.
error-disk-next = Rien n’a été enregistré. Faites de la place sur le serveur et réessayez.

# Les sites.
error-site-not-found = Ce site n’existe pas.
error-site-not-found-next = Consultez la liste des sites.
error-site-name-taken = Un autre site porte déjà ce nom.
error-site-name-taken-next = Choisissez-en un autre.
error-site-name-refused = Le nom du site est vide, ou contient deux-points ou un saut de ligne.
error-site-name-refused-next = Les sites se connectent avec lui et ne pourraient pas les envoyer.
error-text-too-long = Ce texte est trop long.
error-text-too-long-next = Au plus 100 caractères, une adresse au plus 2 000.
error-uri-refused = Ce n’est pas une adresse à laquelle on puisse atteindre un serveur.
error-uri-refused-next = Écrivez-la avec http:// ou https://, un hôte, au besoin un port, et sans nom d’utilisateur.
error-second-open-msupply-central = Un autre site est déjà le serveur central Open mSupply, et il n’y en a qu’un.
error-second-open-msupply-central-next = Décochez-le d’abord là-bas.
error-site-is-central-server = C’est le site du serveur central lui-même.
error-site-is-central-server-next = Il ne peut pas être supprimé, et personne ne se connecte comme lui.
error-site-has-stores = Le site a encore des dépôts.
error-site-has-stores-next = Retirez-les d’abord.
error-not-a-former-device = Cet appareil n’est plus refusé sur ce site.
error-not-a-former-device-next = Rechargez la page.
error-no-numbers-left = Il ne reste plus de numéros de site.
error-no-numbers-left-next = Rien n’a été modifié.
error-mobile-has-store = C’est un site mobile, et il a déjà un dépôt.
error-mobile-has-store-next = Retirez d’abord son dépôt ou choisissez un autre type.
error-store-unknown = Ce dépôt n’existe plus.
error-store-unknown-next = Rechargez la page.

# Données centrales.
error-central-data-not-found = Cela n’existe plus.
error-central-data-not-found-next = Regardez la liste.
error-central-data-changed = Quelqu’un d’autre l’a modifié entre-temps.
error-central-data-changed-next = Rien n’a été enregistré. Rechargez la page et recommencez.
error-code-missing = Il faut un code.
error-name-missing = Il faut un nom.
error-field-too-long = Au plus 200 caractères.
error-item-code-taken = Un autre article a ce code.
error-facility-code-taken = Un autre établissement a ce code.
error-list-code-taken = Une autre liste a ce code.
error-item-kind-unknown = Ce type d’article n’existe pas.
error-facility-kind-unknown = Ce genre d’établissement n’existe pas.
error-ven-unknown = V, E, N ou rien.
error-pack-size-wrong = Un nombre supérieur à 0.
error-doses-wrong = Un nombre à partir de 0.
error-list-unknown = Cette liste n’existe pas.
error-supplier-unknown = Ce dépôt n’existe pas.
error-supplies-itself = Un établissement ne peut pas s’approvisionner lui-même.
error-store-stays = Un établissement qui a un dépôt le garde. On peut le fermer.
error-facility-unknown = Cet établissement n’existe pas.
error-item-unknown = Cet article n’existe pas.
error-currency-wrong = Trois lettres, par exemple USD.

error-record-changed = Quelqu’un d’autre a modifié cet enregistrement entre-temps.
error-record-changed-next = Rien n’a été enregistré. Regardez-le tel qu’il est maintenant, et recommencez si c’est encore nécessaire.
error-record-unknown = Cet enregistrement n’existe pas.
error-record-unknown-next = Il est peut-être mal nommé, ou n’est jamais arrivé ici.
error-table-unknown = Cette table n’existe pas.
error-table-unknown-next = Regardez la liste des tables.
error-table-private = Les enregistrements de cette table contiennent des secrets et ne sont pas montrés.
error-table-private-next = Les mots de passe et les permissions se modifient à la page de l’utilisateur.
error-own-page = Les enregistrements de cette table se modifient sur des pages à eux.
error-own-page-next = Rien n’a été enregistré. Utilisez la page de l’utilisateur.

# L’importation de fichiers.
error-no-file = Aucun fichier n’a été choisi.
error-no-file-next = Choisissez-en un, ou déposez-le là.
error-file-too-large = Le fichier est trop grand.
error-file-too-large-next = Rien n’a été importé. Importez-le en parties de 8 Mo au plus.
error-upload-gone = Ce fichier n’est plus ici.
error-upload-gone-next = Les fichiers attendent OK pendant deux heures. Choisissez-le à nouveau.
error-import-wrong = Rien n’a été importé : quelque chose dans le fichier est faux.
error-import-wrong-next = C’est marqué ci-dessous.
error-import-not-as-seen = Rien n’a encore été importé : l’effet n’est plus celui que vous avez vu.
error-import-not-as-seen-next = Vous avez choisi d’autres colonnes, ou quelqu’un a modifié les données entre-temps. Réexaminez, puis pressez OK.
error-sheet-utf16 = Le fichier est du texte UTF-16.
error-sheet-utf16-next = Enregistrez-le comme « CSV UTF-8 » et choisissez-le à nouveau.
error-sheet-workbook = Le fichier est un classeur, pas du CSV.
error-sheet-workbook-next = Ouvrez-le, enregistrez-le comme « CSV UTF-8 » et choisissez ce fichier.
error-sheet-not-text = Le fichier n’est pas du texte.
error-sheet-not-text-next = Choisissez un fichier CSV.
error-sheet-empty = Le fichier est vide.
error-sheet-empty-next = Choisissez-en un autre.
error-sheet-no-rows = Le fichier a un en-tête et rien en dessous.
error-sheet-no-rows-next = Choisissez-en un autre.
error-sheet-too-many-rows = Le fichier a plus de 50 000 lignes.
error-sheet-too-many-rows-next = Importez-le en parties.
error-sheet-too-many-columns = Le fichier a plus de 200 colonnes.
error-sheet-too-many-columns-next = Supprimez celles qui ne disent rien ici.

# Sur un site distant, quand le serveur central n’est pas atteint ou refuse.
error-connection-refused = La machine du serveur central est là, mais rien ne répond sur ce port.
error-connection-refused-next = Vérifiez le port dans l’adresse du serveur ; s’il est juste, le serveur central ne fonctionne pas.
error-name-not-resolved = Le nom du serveur central n’est pas connu : aucune adresse n’a été trouvée.
error-name-not-resolved-next = Vérifiez que cet appareil est sur le réseau, et l’orthographe de l’adresse du serveur. Le travail continue ; le site réessaie de lui-même.
error-silent = Le serveur central n’a pas répondu à temps.
error-silent-next = Vérifiez la connexion de cet appareil. Rien n’est perdu ; le site réessaie de lui-même et continue où il en était.
error-server-error = Le serveur central a répondu par une erreur.
error-server-error-next = Le site réessaie de lui-même. Si cela dure, prévenez qui gère le serveur central.
