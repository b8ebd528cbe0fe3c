//! What every country needs before its first facility: a currency, the name that stock adjustments are booked on, and a list for everything.

use serde_json::json;

use super::fault::{Fault, MasterError, check_text};
use super::index::Master;
use super::plan::Plan;

/// What people fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasicsForm {
    /// The currency's code, such as `NZD`.
    pub currency: String,
    /// The name of the list of everything, in the language of the country.
    pub list: String,
    /// The name on which adjustments of stock are booked.
    pub adjustments: String,
}

/// What there is already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basics {
    /// The home currency.
    pub currency: Option<String>,
    pub adjustments: bool,
    pub lists: usize,
}

impl Basics {
    pub fn of(master: &Master) -> Self {
        let home = master.currencies.iter().find(|currency| currency.home);
        Self {
            currency: home.map(|currency| currency.code.to_string()),
            adjustments: master.names.called(ADJUSTMENTS).next().is_some(),
            lists: master.lists.len(),
        }
    }
}

/// Sites look the name up by this code when stock is adjusted.
const ADJUSTMENTS: &str = "invad";

impl BasicsForm {
    /// Plans what is not there yet; a home currency that there is stays. Answers the id of the home currency.
    ///
    /// # Errors
    /// Everything that is wrong with the form; nothing is planned then.
    pub fn plan(&self, plan: &mut Plan<'_>) -> Result<String, MasterError> {
        let basics = Basics::of(&plan.master);
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(MasterError::Faults(faults));
        }
        if basics.currency.is_none() {
            let code = self.currency.trim().to_uppercase();
            let known = plan.master.currencies.called(&code).next().map(|currency| currency.id.to_string());
            let id = known.unwrap_or_else(|| plan.new_id());
            let columns = [
                ("currency", json!(code)),
                ("rate", json!(1)),
                ("is_home_currency", json!(true)),
                ("is_active", json!(true)),
            ];
            plan.put("currency", &id, columns)?;
        }
        if !basics.adjustments {
            let id = plan.new_id();
            let columns = [
                ("name", json!(self.adjustments.trim())),
                ("code", json!(ADJUSTMENTS)),
                ("type", json!("invad")),
                ("supplier", json!(true)),
            ];
            plan.put("name", &id, columns)?;
        }
        if basics.lists == 0 {
            let id = plan.new_id();
            let columns =
                [("code", json!("ALL")), ("description", json!(self.list.trim())), ("gets_new_items", json!(true))];
            plan.put("list_master", &id, columns)?;
        }
        let home = plan.master.currencies.iter().find(|currency| currency.home);
        Ok(home.map(|currency| currency.id.to_string()).unwrap_or_default())
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let code = self.currency.trim();
        if code.chars().count() != 3 || !code.chars().all(|letter| letter.is_ascii_alphabetic()) {
            faults.push(Fault::new("currency", "currency_wrong", "A currency has three letters, such as USD."));
        }
        check_text(&mut faults, "list", &self.list, Some("name_missing"));
        check_text(&mut faults, "adjustments", &self.adjustments, Some("name_missing"));
        faults
    }
}
