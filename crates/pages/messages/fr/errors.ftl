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
