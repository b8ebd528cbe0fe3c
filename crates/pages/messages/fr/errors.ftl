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
