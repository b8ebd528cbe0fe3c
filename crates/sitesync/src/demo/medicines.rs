//! The medicines of the demo country: generic names, strengths and forms as any list of essential medicines has them, with prices
//! that are plausible and no more than that. Not advice, and nobody's price list.

/// How badly it is missed when it is out: vital, essential or necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ven {
    V,
    E,
    N,
}

impl Ven {
    /// As the column `VEN_category` holds it.
    pub fn letter(self) -> &'static str {
        match self {
            Self::V => "V",
            Self::E => "E",
            Self::N => "N",
        }
    }
}

/// One item in one form and pack.
#[derive(Clone, Copy, Debug)]
pub struct Medicine {
    pub name: &'static str,
    pub strength: &'static str,
    pub form: &'static str,
    /// Units in a pack.
    pub pack_size: u32,
    pub unit: &'static str,
    pub ven: Ven,
    /// US dollars for a pack.
    pub price: f64,
    /// Health centres hold it; the rest is for hospitals and warehouses.
    pub basic: bool,
    pub vaccine: bool,
}

impl Medicine {
    /// As it stands on a shelf label: "Amoxicillin 250 mg capsule".
    pub fn title(&self) -> String {
        let parts = [self.name, self.strength, self.form];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }

    const fn vaccine(mut self) -> Self {
        self.vaccine = true;
        self
    }
}

/// The name, strength and form; the pack; the class and price.
type Facts = (&'static str, &'static str, &'static str, u32, &'static str, Ven, f64);

const fn medicine((name, strength, form, pack_size, unit, ven, price): Facts, basic: bool) -> Medicine {
    Medicine { name, strength, form, pack_size, unit, ven, price, basic, vaccine: false }
}

/// On the list of the health centres too.
const fn b(facts: Facts) -> Medicine {
    medicine(facts, true)
}

/// For hospitals and warehouses only.
const fn h(facts: Facts) -> Medicine {
    medicine(facts, false)
}

use Ven::{E, N, V};

/// All of them, in groups as a pharmacist would shelve them.
pub const MEDICINES: &[Medicine] = &[
    // Infections
    b(("Amoxicillin", "250 mg", "capsule", 1000, "capsule", V, 19.50)),
    b(("Amoxicillin", "500 mg", "capsule", 500, "capsule", V, 18.90)),
    b(("Amoxicillin", "250 mg", "dispersible tablet", 100, "tablet", V, 2.10)),
    b(("Amoxicillin", "125 mg/5 ml", "powder for suspension 100 ml", 1, "bottle", V, 0.62)),
    h(("Amoxicillin + clavulanic acid", "500 mg/125 mg", "tablet", 100, "tablet", E, 11.40)),
    h(("Ampicillin", "1 g", "powder for injection", 50, "vial", V, 12.30)),
    b(("Azithromycin", "250 mg", "capsule", 60, "capsule", E, 6.20)),
    h(("Azithromycin", "200 mg/5 ml", "powder for suspension 15 ml", 1, "bottle", E, 0.95)),
    b(("Benzathine benzylpenicillin", "2.4 MIU", "powder for injection", 50, "vial", V, 17.60)),
    b(("Benzylpenicillin", "5 MIU", "powder for injection", 50, "vial", V, 13.80)),
    h(("Cefazolin", "1 g", "powder for injection", 50, "vial", E, 24.50)),
    h(("Cefixime", "400 mg", "tablet", 50, "tablet", E, 9.80)),
    h(("Cefotaxime", "1 g", "powder for injection", 50, "vial", E, 31.00)),
    b(("Ceftriaxone", "1 g", "powder for injection", 50, "vial", V, 22.40)),
    h(("Ceftriaxone", "250 mg", "powder for injection", 50, "vial", V, 15.10)),
    h(("Cefalexin", "250 mg", "capsule", 500, "capsule", E, 16.70)),
    h(("Chloramphenicol", "1 g", "powder for injection", 50, "vial", N, 20.10)),
    b(("Ciprofloxacin", "500 mg", "tablet", 100, "tablet", V, 3.20)),
    h(("Ciprofloxacin", "2 mg/ml", "solution for infusion 100 ml", 1, "bottle", E, 0.88)),
    h(("Clarithromycin", "500 mg", "tablet", 14, "tablet", N, 2.90)),
    h(("Clindamycin", "150 mg", "capsule", 100, "capsule", E, 8.60)),
    h(("Clindamycin", "150 mg/ml", "injection 4 ml", 10, "ampoule", E, 9.70)),
    b(("Cloxacillin", "250 mg", "capsule", 1000, "capsule", E, 24.30)),
    h(("Cloxacillin", "500 mg", "powder for injection", 50, "vial", E, 18.20)),
    b(("Doxycycline", "100 mg", "tablet", 1000, "tablet", E, 17.40)),
    b(("Erythromycin", "250 mg", "tablet", 1000, "tablet", E, 38.00)),
    b(("Gentamicin", "40 mg/ml", "injection 2 ml", 50, "ampoule", V, 4.60)),
    h(("Amikacin", "250 mg/ml", "injection 2 ml", 10, "vial", E, 7.80)),
    b(("Metronidazole", "250 mg", "tablet", 1000, "tablet", V, 7.90)),
    h(("Metronidazole", "5 mg/ml", "solution for infusion 100 ml", 1, "bottle", V, 0.58)),
    h(("Metronidazole", "200 mg/5 ml", "suspension 100 ml", 1, "bottle", E, 0.74)),
    b(("Nitrofurantoin", "100 mg", "tablet", 100, "tablet", E, 2.80)),
    b(("Phenoxymethylpenicillin", "250 mg", "tablet", 1000, "tablet", E, 21.60)),
    h(("Piperacillin + tazobactam", "4 g/500 mg", "powder for injection", 10, "vial", N, 28.50)),
    h(("Meropenem", "1 g", "powder for injection", 10, "vial", N, 36.40)),
    h(("Vancomycin", "500 mg", "powder for injection", 10, "vial", N, 15.30)),
    b(("Sulfamethoxazole + trimethoprim", "400 mg/80 mg", "tablet", 1000, "tablet", V, 13.20)),
    b(("Sulfamethoxazole + trimethoprim", "200 mg/40 mg per 5 ml", "suspension 100 ml", 1, "bottle", V, 0.55)),
    h(("Aciclovir", "200 mg", "tablet", 100, "tablet", E, 4.70)),
    h(("Fluconazole", "200 mg", "capsule", 100, "capsule", E, 6.90)),
    h(("Amphotericin B", "50 mg", "powder for injection", 1, "vial", E, 14.80)),
    h(("Griseofulvin", "500 mg", "tablet", 100, "tablet", N, 9.20)),
    b(("Nystatin", "100 000 IU/ml", "oral suspension 30 ml", 1, "bottle", E, 0.92)),
    // Worms and other parasites
    b(("Albendazole", "400 mg", "chewable tablet", 1000, "tablet", V, 17.00)),
    b(("Mebendazole", "500 mg", "chewable tablet", 1000, "tablet", E, 16.20)),
    h(("Ivermectin", "3 mg", "tablet", 100, "tablet", E, 8.40)),
    h(("Praziquantel", "600 mg", "tablet", 1000, "tablet", E, 82.00)),
    h(("Diethylcarbamazine", "100 mg", "tablet", 1000, "tablet", N, 9.90)),
    h(("Tinidazole", "500 mg", "tablet", 100, "tablet", N, 3.10)),
    // Malaria
    b(("Artemether + lumefantrine", "20 mg/120 mg", "tablet, 6 x 4", 24, "tablet", V, 1.35)),
    b(("Artemether + lumefantrine", "20 mg/120 mg", "dispersible tablet, 6 x 1", 6, "tablet", V, 0.42)),
    h(("Artesunate", "60 mg", "powder for injection", 1, "vial", V, 1.55)),
    b(("Artesunate", "100 mg", "rectal capsule", 2, "capsule", V, 0.85)),
    h(("Artesunate + amodiaquine", "100 mg/270 mg", "tablet", 75, "tablet", E, 14.20)),
    h(("Chloroquine", "150 mg base", "tablet", 1000, "tablet", N, 13.60)),
    h(("Primaquine", "7.5 mg", "tablet", 100, "tablet", E, 6.40)),
    h(("Quinine", "300 mg", "tablet", 1000, "tablet", E, 54.00)),
    h(("Quinine dihydrochloride", "300 mg/ml", "injection 2 ml", 100, "ampoule", E, 22.50)),
    b(("Sulfadoxine + pyrimethamine", "500 mg/25 mg", "tablet", 150, "tablet", V, 6.30)),
    b(("Malaria rapid test", "HRP2/pLDH", "kit", 25, "test", V, 11.20)),
    // Tuberculosis and leprosy
    b(("Rifampicin + isoniazid + pyrazinamide + ethambutol", "150/75/400/275 mg", "tablet", 672, "tablet", V, 38.50)),
    b(("Rifampicin + isoniazid", "150 mg/75 mg", "tablet", 672, "tablet", V, 21.80)),
    b(("Rifampicin + isoniazid + pyrazinamide", "75/50/150 mg", "dispersible tablet", 84, "tablet", V, 3.40)),
    b(("Isoniazid", "300 mg", "tablet", 672, "tablet", V, 9.20)),
    h(("Isoniazid", "100 mg", "tablet", 1000, "tablet", E, 8.80)),
    h(("Ethambutol", "400 mg", "tablet", 672, "tablet", E, 18.90)),
    h(("Pyrazinamide", "400 mg", "tablet", 672, "tablet", E, 16.40)),
    h(("Levofloxacin", "250 mg", "tablet", 100, "tablet", E, 4.90)),
    h(("Bedaquiline", "100 mg", "tablet", 188, "tablet", E, 272.00)),
    h(("Linezolid", "600 mg", "tablet", 20, "tablet", E, 9.40)),
    h(("Clofazimine", "100 mg", "capsule", 100, "capsule", E, 44.00)),
    h(("Dapsone", "100 mg", "tablet", 1000, "tablet", N, 19.70)),
    // HIV
    b(("Tenofovir + lamivudine + dolutegravir", "300/300/50 mg", "tablet", 90, "tablet", V, 11.90)),
    h(("Tenofovir + lamivudine + efavirenz", "300/300/400 mg", "tablet", 30, "tablet", E, 5.30)),
    h(("Abacavir + lamivudine", "120 mg/60 mg", "dispersible tablet", 60, "tablet", V, 5.90)),
    h(("Dolutegravir", "10 mg", "dispersible tablet", 90, "tablet", V, 4.60)),
    h(("Dolutegravir", "50 mg", "tablet", 30, "tablet", V, 2.10)),
    h(("Zidovudine + lamivudine", "300 mg/150 mg", "tablet", 60, "tablet", E, 5.40)),
    h(("Zidovudine", "50 mg/5 ml", "oral solution 240 ml", 1, "bottle", E, 2.70)),
    h(("Nevirapine", "50 mg/5 ml", "oral suspension 100 ml", 1, "bottle", V, 1.60)),
    h(("Lopinavir + ritonavir", "200 mg/50 mg", "tablet", 120, "tablet", E, 19.80)),
    h(("Atazanavir + ritonavir", "300 mg/100 mg", "tablet", 30, "tablet", E, 12.90)),
    b(("HIV rapid test", "HIV 1/2", "kit", 100, "test", V, 82.00)),
    // Pain, fever, anaesthesia
    b(("Paracetamol", "500 mg", "tablet", 1000, "tablet", E, 5.40)),
    b(("Paracetamol", "100 mg", "dispersible tablet", 100, "tablet", E, 0.90)),
    b(("Paracetamol", "120 mg/5 ml", "oral liquid 100 ml", 1, "bottle", E, 0.48)),
    h(("Paracetamol", "10 mg/ml", "solution for infusion 100 ml", 1, "bottle", N, 1.20)),
    b(("Ibuprofen", "400 mg", "tablet", 1000, "tablet", E, 11.30)),
    h(("Ibuprofen", "100 mg/5 ml", "suspension 100 ml", 1, "bottle", E, 0.70)),
    b(("Acetylsalicylic acid", "300 mg", "tablet", 1000, "tablet", E, 5.90)),
    h(("Diclofenac", "25 mg/ml", "injection 3 ml", 100, "ampoule", N, 7.20)),
    h(("Morphine", "10 mg/ml", "injection 1 ml", 10, "ampoule", V, 4.40)),
    h(("Morphine", "10 mg", "slow-release tablet", 60, "tablet", E, 7.30)),
    h(("Tramadol", "50 mg", "capsule", 100, "capsule", N, 2.40)),
    h(("Pethidine", "50 mg/ml", "injection 2 ml", 10, "ampoule", N, 5.20)),
    h(("Fentanyl", "50 micrograms/ml", "injection 2 ml", 10, "ampoule", E, 6.80)),
    h(("Naloxone", "400 micrograms/ml", "injection 1 ml", 10, "ampoule", V, 11.60)),
    h(("Ketamine", "50 mg/ml", "injection 10 ml", 25, "vial", V, 21.30)),
    h(("Propofol", "10 mg/ml", "injection 20 ml", 5, "ampoule", E, 7.10)),
    h(("Thiopental", "1 g", "powder for injection", 50, "vial", E, 84.00)),
    h(("Halothane", "", "inhalation liquid 250 ml", 1, "bottle", E, 31.00)),
    h(("Isoflurane", "", "inhalation liquid 250 ml", 1, "bottle", E, 38.00)),
    h(("Bupivacaine", "5 mg/ml hyperbaric", "injection 4 ml", 20, "ampoule", V, 19.50)),
    b(("Lidocaine", "1%", "injection 20 ml", 20, "vial", V, 8.90)),
    h(("Lidocaine + epinephrine", "2%/1:80 000", "dental cartridge 1.8 ml", 50, "cartridge", E, 12.60)),
    h(("Suxamethonium", "50 mg/ml", "injection 2 ml", 10, "ampoule", V, 8.70)),
    h(("Vecuronium", "10 mg", "powder for injection", 10, "vial", E, 24.00)),
    h(("Neostigmine", "2.5 mg/ml", "injection 1 ml", 10, "ampoule", E, 5.60)),
    h(("Atropine", "1 mg/ml", "injection 1 ml", 100, "ampoule", V, 12.70)),
    h(("Midazolam", "5 mg/ml", "injection 3 ml", 10, "ampoule", E, 6.10)),
    // Allergy, asthma, emergencies
    b(("Epinephrine", "1 mg/ml", "injection 1 ml", 100, "ampoule", V, 19.90)),
    b(("Chlorphenamine", "4 mg", "tablet", 1000, "tablet", N, 3.60)),
    h(("Promethazine", "25 mg/ml", "injection 2 ml", 100, "ampoule", E, 17.10)),
    b(("Hydrocortisone", "100 mg", "powder for injection", 50, "vial", V, 26.00)),
    b(("Prednisolone", "5 mg", "tablet", 1000, "tablet", V, 9.80)),
    h(("Dexamethasone", "4 mg/ml", "injection 1 ml", 100, "ampoule", V, 14.90)),
    b(("Salbutamol", "100 micrograms/dose", "inhaler 200 doses", 1, "inhaler", V, 1.60)),
    h(("Salbutamol", "1 mg/ml", "nebuliser solution 2.5 ml", 20, "ampoule", V, 4.30)),
    h(("Beclometasone", "100 micrograms/dose", "inhaler 200 doses", 1, "inhaler", E, 3.20)),
    h(("Ipratropium", "250 micrograms/ml", "nebuliser solution 2 ml", 20, "ampoule", N, 6.20)),
    h(("Aminophylline", "25 mg/ml", "injection 10 ml", 50, "ampoule", E, 14.20)),
    h(("Activated charcoal", "", "powder 50 g", 1, "bottle", E, 3.90)),
    h(("Acetylcysteine", "200 mg/ml", "injection 10 ml", 10, "ampoule", E, 21.00)),
    h(("Antivenom", "polyvalent", "injection 10 ml", 1, "vial", V, 46.00)),
    // Heart and circulation
    b(("Amlodipine", "5 mg", "tablet", 100, "tablet", E, 0.95)),
    b(("Hydrochlorothiazide", "25 mg", "tablet", 1000, "tablet", E, 5.10)),
    b(("Enalapril", "5 mg", "tablet", 100, "tablet", E, 1.20)),
    h(("Lisinopril", "10 mg", "tablet", 100, "tablet", E, 1.80)),
    h(("Losartan", "50 mg", "tablet", 100, "tablet", N, 2.30)),
    b(("Atenolol", "50 mg", "tablet", 100, "tablet", E, 0.90)),
    h(("Bisoprolol", "5 mg", "tablet", 100, "tablet", E, 2.60)),
    b(("Methyldopa", "250 mg", "tablet", 1000, "tablet", V, 31.00)),
    h(("Hydralazine", "20 mg", "powder for injection", 5, "ampoule", V, 17.80)),
    h(("Labetalol", "5 mg/ml", "injection 20 ml", 5, "ampoule", E, 19.20)),
    b(("Furosemide", "40 mg", "tablet", 1000, "tablet", E, 6.10)),
    h(("Furosemide", "10 mg/ml", "injection 2 ml", 100, "ampoule", V, 11.00)),
    h(("Spironolactone", "25 mg", "tablet", 100, "tablet", E, 2.40)),
    h(("Digoxin", "250 micrograms", "tablet", 100, "tablet", E, 2.20)),
    h(("Isosorbide dinitrate", "5 mg", "sublingual tablet", 100, "tablet", E, 2.90)),
    b(("Acetylsalicylic acid", "100 mg", "tablet", 100, "tablet", E, 0.70)),
    h(("Clopidogrel", "75 mg", "tablet", 30, "tablet", E, 1.40)),
    h(("Simvastatin", "20 mg", "tablet", 100, "tablet", E, 2.10)),
    h(("Heparin", "5000 IU/ml", "injection 5 ml", 10, "vial", V, 26.00)),
    h(("Enoxaparin", "40 mg/0.4 ml", "prefilled syringe", 10, "syringe", E, 24.00)),
    h(("Warfarin", "5 mg", "tablet", 100, "tablet", E, 4.50)),
    h(("Tranexamic acid", "100 mg/ml", "injection 5 ml", 10, "ampoule", V, 6.90)),
    h(("Dopamine", "40 mg/ml", "injection 5 ml", 10, "ampoule", N, 7.70)),
    // Diabetes, thyroid
    b(("Metformin", "500 mg", "tablet", 1000, "tablet", V, 13.40)),
    b(("Glibenclamide", "5 mg", "tablet", 1000, "tablet", E, 6.80)),
    h(("Gliclazide", "80 mg", "tablet", 100, "tablet", E, 2.70)),
    h(("Insulin, soluble human", "100 IU/ml", "injection 10 ml", 1, "vial", V, 4.80)),
    h(("Insulin, isophane human", "100 IU/ml", "injection 10 ml", 1, "vial", V, 4.70)),
    b(("Glucose", "50%", "injection 50 ml", 20, "vial", V, 16.50)),
    b(("Blood glucose test strip", "", "strip", 50, "strip", E, 8.40)),
    h(("Levothyroxine", "100 micrograms", "tablet", 100, "tablet", E, 2.40)),
    h(("Carbimazole", "5 mg", "tablet", 100, "tablet", N, 5.20)),
    // Mind and nerves
    b(("Diazepam", "5 mg/ml", "injection 2 ml", 100, "ampoule", V, 13.90)),
    h(("Diazepam", "5 mg", "tablet", 1000, "tablet", N, 5.40)),
    b(("Phenobarbital", "30 mg", "tablet", 1000, "tablet", V, 8.20)),
    h(("Phenobarbital", "200 mg/ml", "injection 1 ml", 50, "ampoule", E, 33.00)),
    h(("Phenytoin", "100 mg", "tablet", 1000, "tablet", E, 15.80)),
    h(("Carbamazepine", "200 mg", "tablet", 1000, "tablet", V, 21.00)),
    h(("Valproic acid", "200 mg", "tablet", 100, "tablet", E, 6.30)),
    h(("Haloperidol", "5 mg", "tablet", 100, "tablet", E, 1.70)),
    h(("Haloperidol", "5 mg/ml", "injection 1 ml", 10, "ampoule", E, 4.10)),
    h(("Chlorpromazine", "100 mg", "tablet", 1000, "tablet", E, 22.00)),
    h(("Fluphenazine decanoate", "25 mg/ml", "injection 1 ml", 10, "ampoule", E, 9.60)),
    h(("Risperidone", "2 mg", "tablet", 60, "tablet", N, 2.90)),
    h(("Amitriptyline", "25 mg", "tablet", 1000, "tablet", E, 11.20)),
    h(("Fluoxetine", "20 mg", "capsule", 100, "capsule", E, 3.10)),
    h(("Lithium carbonate", "300 mg", "tablet", 100, "tablet", N, 7.40)),
    h(("Levodopa + carbidopa", "250 mg/25 mg", "tablet", 100, "tablet", N, 9.80)),
    // Stomach and gut
    b(("Oral rehydration salts", "20.5 g/l", "sachet", 100, "sachet", V, 7.80)),
    b(("Zinc sulfate", "20 mg", "dispersible tablet", 100, "tablet", V, 1.70)),
    b(("Omeprazole", "20 mg", "capsule", 100, "capsule", E, 1.90)),
    b(("Aluminium + magnesium hydroxide", "400 mg/400 mg", "chewable tablet", 1000, "tablet", N, 8.70)),
    b(("Hyoscine butylbromide", "10 mg", "tablet", 100, "tablet", N, 2.20)),
    b(("Metoclopramide", "10 mg", "tablet", 1000, "tablet", E, 8.10)),
    h(("Ondansetron", "2 mg/ml", "injection 2 ml", 10, "ampoule", E, 4.60)),
    h(("Bisacodyl", "5 mg", "tablet", 1000, "tablet", N, 6.60)),
    h(("Lactulose", "3.1 g/5 ml", "oral liquid 200 ml", 1, "bottle", N, 2.30)),
    // Mothers and newborns
    b(("Oxytocin", "10 IU/ml", "injection 1 ml", 10, "ampoule", V, 3.10)),
    b(("Misoprostol", "200 micrograms", "tablet", 60, "tablet", V, 9.60)),
    h(("Ergometrine", "200 micrograms/ml", "injection 1 ml", 10, "ampoule", E, 4.20)),
    b(("Magnesium sulfate", "500 mg/ml", "injection 10 ml", 50, "ampoule", V, 27.00)),
    h(("Calcium gluconate", "100 mg/ml", "injection 10 ml", 20, "ampoule", V, 9.90)),
    b(("Ferrous salt + folic acid", "60 mg/400 micrograms", "tablet", 1000, "tablet", V, 6.20)),
    b(("Folic acid", "5 mg", "tablet", 1000, "tablet", E, 5.10)),
    b(("Phytomenadione", "1 mg/0.5 ml", "injection 0.5 ml", 10, "ampoule", V, 4.90)),
    b(("Chlorhexidine digluconate", "7.1%", "gel 20 g", 1, "tube", V, 0.66)),
    h(("Caffeine citrate", "20 mg/ml", "injection 1 ml", 10, "ampoule", E, 32.00)),
    h(("Anti-D immunoglobulin", "250 micrograms", "injection", 1, "vial", E, 41.00)),
    b(("Medroxyprogesterone acetate", "150 mg/ml", "injection 1 ml", 25, "vial", V, 21.50)),
    b(("Ethinylestradiol + levonorgestrel", "30/150 micrograms", "tablet, 28 a cycle", 28, "tablet", V, 0.32)),
    b(("Levonorgestrel", "1.5 mg", "tablet", 1, "tablet", E, 0.45)),
    b(("Levonorgestrel implant", "2 x 75 mg", "implant", 1, "set", E, 8.50)),
    h(("Intrauterine device", "copper", "device", 1, "piece", E, 0.52)),
    b(("Male condom", "", "condom", 144, "piece", E, 3.40)),
    // Vitamins and food
    b(("Retinol", "200 000 IU", "capsule", 500, "capsule", V, 11.80)),
    h(("Ascorbic acid", "250 mg", "tablet", 1000, "tablet", N, 9.40)),
    h(("Pyridoxine", "50 mg", "tablet", 1000, "tablet", E, 12.10)),
    h(("Thiamine", "50 mg", "tablet", 100, "tablet", N, 1.60)),
    b(("Therapeutic food, ready to use", "500 kcal", "sachet 92 g", 150, "sachet", V, 44.00)),
    h(("Therapeutic milk F-75", "", "sachet 102.5 g", 120, "sachet", V, 61.00)),
    // Fluids
    b(("Sodium chloride", "0.9%", "solution for infusion 1000 ml", 12, "bag", V, 11.50)),
    b(("Compound sodium lactate", "", "solution for infusion 1000 ml", 12, "bag", V, 12.40)),
    b(("Glucose", "5%", "solution for infusion 1000 ml", 12, "bag", V, 12.10)),
    h(("Potassium chloride", "150 mg/ml", "injection 10 ml", 20, "ampoule", V, 6.70)),
    h(("Sodium bicarbonate", "8.4%", "injection 10 ml", 20, "ampoule", E, 8.90)),
    b(("Water for injection", "", "injection 10 ml", 100, "ampoule", V, 6.90)),
    // Skin, eyes, antiseptics
    b(("Benzyl benzoate", "25%", "lotion 100 ml", 1, "bottle", E, 0.86)),
    h(("Permethrin", "5%", "cream 30 g", 1, "tube", E, 1.70)),
    b(("Clotrimazole", "1%", "cream 20 g", 1, "tube", N, 0.38)),
    b(("Hydrocortisone", "1%", "cream 15 g", 1, "tube", N, 0.42)),
    h(("Silver sulfadiazine", "1%", "cream 50 g", 1, "tube", E, 1.10)),
    b(("Tetracycline", "1%", "eye ointment 5 g", 1, "tube", V, 0.29)),
    h(("Gentamicin", "0.3%", "eye drops 5 ml", 1, "bottle", N, 0.51)),
    h(("Timolol", "0.5%", "eye drops 5 ml", 1, "bottle", E, 0.88)),
    b(("Povidone iodine", "10%", "solution 200 ml", 1, "bottle", V, 1.25)),
    b(("Chlorhexidine", "5%", "concentrate 1000 ml", 1, "bottle", V, 4.20)),
    h(("Alcohol hand rub", "75%", "solution 500 ml", 1, "bottle", E, 2.10)),
    // Vaccines
    b(("BCG vaccine", "20 doses", "powder for injection", 20, "dose", V, 2.90)).vaccine(),
    b(("Polio vaccine, oral", "20 doses", "oral drops", 20, "dose", V, 3.60)).vaccine(),
    b(("Polio vaccine, inactivated", "5 doses", "injection", 5, "dose", V, 9.50)).vaccine(),
    b(("Pentavalent vaccine", "10 doses", "injection", 10, "dose", V, 9.20)).vaccine(),
    b(("Pneumococcal conjugate vaccine", "4 doses", "injection", 4, "dose", V, 11.60)).vaccine(),
    b(("Rotavirus vaccine", "1 dose", "oral liquid", 1, "dose", V, 1.90)).vaccine(),
    b(("Measles and rubella vaccine", "10 doses", "powder for injection", 10, "dose", V, 6.80)).vaccine(),
    b(("Tetanus and diphtheria vaccine", "10 doses", "injection", 10, "dose", V, 1.40)).vaccine(),
    h(("Hepatitis B vaccine", "10 doses", "injection", 10, "dose", V, 3.80)).vaccine(),
    h(("Human papillomavirus vaccine", "1 dose", "injection", 1, "dose", E, 4.60)).vaccine(),
    h(("Rabies vaccine", "1 dose", "powder for injection", 1, "dose", V, 9.90)).vaccine(),
    h(("Yellow fever vaccine", "10 doses", "powder for injection", 10, "dose", E, 13.50)).vaccine(),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_enough_and_none_twice() {
        assert!(MEDICINES.len() >= 200, "{}", MEDICINES.len());
        let titles: HashSet<String> = MEDICINES.iter().map(|medicine| medicine.title().to_lowercase()).collect();
        assert_eq!(titles.len(), MEDICINES.len());
    }

    #[test]
    fn each_is_plausible() {
        for medicine in MEDICINES {
            let title = medicine.title();
            assert!(!medicine.name.is_empty() && !medicine.form.is_empty() && !medicine.unit.is_empty(), "{title}");
            assert!((1..=1000).contains(&medicine.pack_size), "{title}");
            assert!((0.2..=300.0).contains(&medicine.price), "{title}");
            assert_eq!(title.trim(), title);
            assert_eq!(medicine.vaccine, medicine.name.contains("accine"), "{title}");
            // No unit costs more than fifty dollars or less than a tenth of a cent.
            let each = medicine.price / f64::from(medicine.pack_size);
            assert!((0.001..=50.0).contains(&each), "{title}");
        }
        let basic = MEDICINES.iter().filter(|medicine| medicine.basic).count();
        assert!((60..=150).contains(&basic), "{basic}");
        let vital = MEDICINES.iter().filter(|medicine| medicine.ven == Ven::V).count();
        assert!((60..=150).contains(&vital), "{vital}");
    }
}
