# L’importation de fichiers d’articles, d’établissements et d’utilisateurs.

import-kinds = Ce que contient le fichier
import-choose = Déposez un fichier CSV ici, ou choisissez-en un
import-about-file = CSV tel qu’Excel et d’autres programmes l’enregistrent, jusqu’à { $limit }. Vous voyez d’abord ce qu’il ferait : rien n’est enregistré avant OK.
import-look = L’examiner
import-columns = Colonnes
import-columns-hint = Dans n’importe quel ordre, avec un tel en-tête ou un semblable, en français ou en anglais. Seule la première est nécessaire. Ce qui n’est pas dans le fichier, et les cellules vides, laissent tout tel quel.
import-column = Colonne
import-example = Par exemple
import-may-hold = Ce qui peut s’y trouver
import-needed = nécessaire
import-get-example = Obtenir un exemple avec ces colonnes
import-preset = Métier
import-other-permissions = d’autres permissions
import-customer = Est client
import-supplier = Est fournisseur

import-lists-hint = Codes ou noms de listes existantes, séparés par des points-virgules. Elles deviennent toutes ses listes.
import-ven-hint = V, E ou N
import-item-kind-hint = Général, service ou hors stock
import-facility-kind-hint = Dépôt, dispensaire, ou externe pour les fournisseurs et clients sans dépôt ici
import-supplied-by-hint = Le code du dépôt qui l’approvisionne, qui peut être dans le même fichier
import-user-name-hint = Aucun fichier ne contient de mots de passe : un nouvel utilisateur se connecte dès que vous en avez défini un.
import-language-hint = en ou fr
import-stores-hint = Codes de dépôts, séparés par des points-virgules. Ils deviennent tous les dépôts de l’utilisateur. Pour un nouvel utilisateur, le premier s’ouvre en premier.
import-preset-hint = Lecteur, magasinier, responsable de dépôt ou administrateur : donne les permissions de ce métier, ici et dans chaque dépôt.

import-rows = Lignes du fichier
import-line = Ligne
import-does = Effet
import-all = Toutes
import-new = Nouveau
import-changed = Modifié
import-unchanged = Inchangé
import-wrong = Erroné
import-left-out = (ignorée)
import-column-is = Ce qu’est la colonne « { $header } »
import-none = Il n’y a pas de telle ligne.
import-look-again = Réexaminer
import-empty-cells = OK enregistre tout en une fois. Les cellules vides laissent tout tel quel.
import-correct-first = OK enregistre tout ou rien : choisissez d’autres colonnes, ou corrigez le fichier et choisissez-le à nouveau.
import-nothing-new = Tout est déjà là.
import-windows = Le fichier n’est pas en UTF-8 et a été lu comme texte Windows : vérifiez que les accents sont justes.
import-done = Importé.
import-no-passwords = Les nouveaux utilisateurs n’ont pas encore de mot de passe. Définissez-en un dans la fenêtre de chacun, puis ils pourront se connecter.
import-another = Importer un autre fichier
import-units-made = { $n ->
    [one] Une unité n’existe pas encore et est créée : { $names }
   *[other] { $n } unités n’existent pas encore et sont créées : { $names }
}

import-column-twice = Deux colonnes sont « { $column } ». Choisissez l’une d’elles.
import-column-missing = Aucune colonne n’est « { $column } », qui dit de quoi parle chaque ligne. Choisissez-en une.
import-row-short = A { $n } cellules alors que l’en-tête en a { $expected } : un guillemet n’est-il pas fermé ?
import-row-long = A { $n } cellules alors que l’en-tête en a { $expected } : une cellule avec le séparateur n’est-elle pas entre guillemets ?
import-key-missing = Ne peut pas être vide.
import-same-as-line = Le même qu’à la ligne { $line }.
import-not-one-line = Contient un saut de ligne ou un autre caractère de contrôle.
import-not-a-number = N’est pas un nombre.
import-unclear-comma = Ambigu : la virgule peut séparer des décimales ou des milliers. Écrivez le nombre sans elle.
import-not-yes-or-no = N’est pas oui ou non.
import-not-ven = N’est pas V, E ou N.
import-no-item-kind = N’est pas général, service ou hors stock.
import-no-facility-kind = N’est pas dépôt, dispensaire ou externe.
import-no-language = N’est pas en ou fr.
import-no-preset = N’est pas lecteur, magasinier, responsable de dépôt ou administrateur.
import-no-list = Il n’y a pas de liste « { $word } ».
import-no-supplier = Il n’y a pas de dépôt « { $word } », ni dans ce fichier.
import-no-store = Il n’y a pas de dépôt « { $word } ».
import-several = « { $word } » est le code ou le nom de plusieurs.
