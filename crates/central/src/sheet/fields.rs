//! What the columns of a sheet can be, for each kind of sheet, and what people write above them.

use sitesync_web::accounts::Permission;

/// What the rows of a sheet are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Items,
    Facilities,
    Users,
}

/// What a column can be.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// For programs.
    pub name: &'static str,
    /// The message that names it.
    pub label: &'static str,
    /// The message that says what may stand in it, where the label does not.
    pub hint: Option<&'static str>,
    /// Cells of an example.
    pub examples: [&'static str; 2],
    /// What people write above it, in English and French, as [`super::fold`] folds it. The likeliest comes first.
    pub(super) headers: &'static [&'static str],
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Items, Self::Facilities, Self::Users];

    pub fn name(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Facilities => "facilities",
            Self::Users => "users",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Who may import such a sheet. The policy says the same for its paths.
    pub fn permission(self) -> Permission {
        match self {
            Self::Items | Self::Facilities => Permission::EditCentralData,
            Self::Users => Permission::ManageUsers,
        }
    }

    /// What its columns can be. The first one says which item, facility or user a row is about, and cannot be missing.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Items => &ITEMS,
            Self::Facilities => &FACILITIES,
            Self::Users => &USERS,
        }
    }

    /// The field of this name.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The field that says what a row is about.
    pub fn key(self) -> &'static Field {
        &self.fields()[0]
    }
}

const fn field(
    name: &'static str,
    label: &'static str,
    examples: [&'static str; 2],
    headers: &'static [&'static str],
) -> Field {
    Field { name, label, hint: None, examples, headers }
}

const fn hinted(hint: &'static str, field: Field) -> Field {
    Field { hint: Some(hint), ..field }
}

/// The same for items and facilities.
const LISTS: &[&str] = &[
    "lists",
    "list",
    "master lists",
    "master list",
    "list code",
    "program",
    "programs",
    "programme",
    "programmes",
    "listes",
    "liste",
    "code de liste",
    "listes de reference",
    "liste de reference",
    "listes principales",
    "liste principale",
];

static ITEMS: [Field; 10] = [
    field(
        "code",
        "item-code",
        ["A010", "V001"],
        &[
            "code",
            "item code",
            "product code",
            "article code",
            "code article",
            "code produit",
            "code de l article",
            "code du produit",
            "code item",
            "item number",
            "item no",
            "product number",
            "numero d article",
            "no article",
            "reference",
            "ref",
            "sku",
            "material code",
            "code medicament",
        ],
    ),
    field(
        "name",
        "item-name",
        ["Amoxicillin 250 mg", "BCG vaccine"],
        &[
            "name",
            "item name",
            "item description",
            "product name",
            "description",
            "item",
            "product",
            "article",
            "nom",
            "nom de l article",
            "nom du produit",
            "designation",
            "libelle",
            "denomination",
            "produit",
            "intitule",
            "medicament",
            "medicine",
        ],
    ),
    hinted(
        "item-unit-hint",
        field(
            "unit",
            "item-unit",
            ["tablet", "vial"],
            &[
                "unit",
                "units",
                "unit of measure",
                "uom",
                "unit name",
                "unit of issue",
                "base unit",
                "dispensing unit",
                "unite",
                "unites",
                "unite de mesure",
                "unite de base",
                "unite de distribution",
                "unite de dispensation",
            ],
        ),
    ),
    field(
        "pack_size",
        "item-pack-size",
        ["1000", "10"],
        &[
            "pack size",
            "packsize",
            "default pack size",
            "units per pack",
            "unit of measure per pack",
            "quantity per pack",
            "qty per pack",
            "pack",
            "taille du conditionnement",
            "conditionnement",
            "taille de conditionnement",
            "taille du paquet",
            "taille de la boite",
            "unites par paquet",
            "unites par boite",
            "unites par conditionnement",
            "quantite par boite",
            "quantite par conditionnement",
        ],
    ),
    hinted("import-lists-hint", field("lists", "item-lists", ["", ""], LISTS)),
    hinted(
        "import-ven-hint",
        field(
            "ven",
            "item-ven",
            ["V", "V"],
            &["ven", "ven category", "ven class", "ven code", "categorie ven", "classe ven", "code ven"],
        ),
    ),
    field(
        "vaccine",
        "item-vaccine",
        ["no", "yes"],
        &["vaccine", "is vaccine", "vaccin", "est un vaccin", "est vaccin"],
    ),
    field(
        "doses",
        "item-doses",
        ["", "20"],
        &[
            "doses",
            "doses per unit",
            "doses in a unit",
            "doses per vial",
            "number of doses",
            "doses par unite",
            "doses par flacon",
            "nombre de doses",
        ],
    ),
    field("strength", "item-strength", ["250 mg", ""], &["strength", "dosage", "concentration", "dose"]),
    hinted(
        "import-item-kind-hint",
        field(
            "kind",
            "item-kind",
            ["general", "general"],
            &["type", "kind", "item type", "type d article", "type de produit"],
        ),
    ),
];

static FACILITIES: [Field; 10] = [
    field(
        "code",
        "facility-code",
        ["CMS", "HC01"],
        &[
            "code",
            "facility code",
            "health facility code",
            "hf code",
            "site code",
            "store code",
            "mfl code",
            "code etablissement",
            "code de l etablissement",
            "code structure",
            "code de la structure",
            "code fosa",
            "code de la formation sanitaire",
            "code du site",
            "code depot",
            "code du depot",
        ],
    ),
    field(
        "name",
        "facility-name",
        ["Central medical store", "Kamo health centre"],
        &[
            "name",
            "facility name",
            "facility",
            "health facility",
            "health facility name",
            "site name",
            "store name",
            "nom",
            "nom de l etablissement",
            "etablissement",
            "nom de la structure",
            "structure",
            "formation sanitaire",
            "nom de la formation sanitaire",
            "nom fosa",
            "fosa",
            "nom du site",
            "nom du depot",
            "libelle",
            "designation",
        ],
    ),
    hinted(
        "import-facility-kind-hint",
        field(
            "kind",
            "facility-kind",
            ["store", "dispensary"],
            &[
                "type",
                "kind",
                "facility type",
                "store mode",
                "mode",
                "type d etablissement",
                "type de structure",
                "genre",
            ],
        ),
    ),
    hinted(
        "import-supplied-by-hint",
        field(
            "supplied_by",
            "facility-supplied-by",
            ["", "CMS"],
            &[
                "supplied by",
                "supplier code",
                "supplier",
                "supplying store",
                "supplying store code",
                "supplying facility",
                "approvisionne par",
                "fournisseur",
                "code fournisseur",
                "code du fournisseur",
                "depot fournisseur",
            ],
        ),
    ),
    hinted("import-lists-hint", field("lists", "facility-lists", ["", ""], LISTS)),
    field(
        "customer",
        "import-customer",
        ["no", "yes"],
        &["customer", "is customer", "is a customer", "client", "est client"],
    ),
    field("supplier", "import-supplier", ["yes", "no"], &["is supplier", "is a supplier", "est fournisseur"]),
    field(
        "phone",
        "facility-phone",
        ["", "+263 4 555 010"],
        &["phone", "phone number", "telephone", "tel", "mobile", "numero de telephone", "no de telephone"],
    ),
    field(
        "address",
        "facility-address",
        ["1 Main Road", ""],
        &["address", "address 1", "postal address", "street", "adresse", "adresse 1", "adresse postale", "rue"],
    ),
    field("closed", "facility-closed", ["no", "no"], &["closed", "is closed", "disabled", "ferme", "est ferme"]),
];

static USERS: [Field; 9] = [
    hinted(
        "import-user-name-hint",
        field(
            "name",
            "user-name",
            ["mere", "hemi"],
            &[
                "user name",
                "username",
                "login",
                "login name",
                "user",
                "account",
                "name",
                "nom d utilisateur",
                "utilisateur",
                "identifiant",
                "compte",
            ],
        ),
    ),
    field(
        "first_name",
        "user-first-name",
        ["Mere", "Hemi"],
        &["first name", "firstname", "given name", "forename", "prenom", "prenoms"],
    ),
    field(
        "last_name",
        "user-last-name",
        ["Ngata", "Rangi"],
        &["last name", "lastname", "surname", "family name", "nom de famille", "nom"],
    ),
    field(
        "job_title",
        "user-job-title",
        ["Pharmacist", "Nurse"],
        &["job title", "title", "fonction", "titre", "poste", "profession"],
    ),
    field(
        "e_mail",
        "user-e-mail",
        ["mere@example.org", ""],
        &[
            "e mail",
            "email",
            "mail",
            "email address",
            "e mail address",
            "courriel",
            "adresse e mail",
            "adresse email",
            "adresse electronique",
        ],
    ),
    hinted("import-language-hint", field("language", "user-language", ["en", "fr"], &["language", "langue"])),
    hinted(
        "import-stores-hint",
        field(
            "stores",
            "user-stores",
            ["", ""],
            &[
                "stores",
                "store",
                "store codes",
                "store code",
                "facility",
                "facilities",
                "facility code",
                "depots",
                "depot",
                "codes des depots",
                "code depot",
                "code du depot",
                "etablissement",
                "etablissements",
            ],
        ),
    ),
    hinted(
        "import-preset-hint",
        field(
            "preset",
            "import-preset",
            ["store-manager", "storekeeper"],
            &["role", "job", "preset", "profile", "permissions", "profil", "metier", "droits"],
        ),
    ),
    field(
        "active",
        "user-may-sign-in",
        ["yes", "yes"],
        &["active", "is active", "enabled", "may sign in", "actif", "est actif", "peut se connecter"],
    ),
];
