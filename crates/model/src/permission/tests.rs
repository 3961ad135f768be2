use super::*;

#[test]
fn points_fit_their_set_and_have_names_of_their_own() {
    assert!(Point::ALL.len() <= 64);
    for (at, point) in Point::ALL.iter().enumerate() {
        assert_eq!(Point::parse(point.name()), Some(*point));
        assert!(!Point::ALL[..at].iter().any(|p| p.name() == point.name()));
    }
    let names: Vec<_> = Point::ALL.iter().map(|point| point.name()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(Points::all().iter().count(), Point::ALL.len());
    assert_eq!(Point::parse("services.fly"), None);
}

#[test]
fn roles_are_as_mighty_as_they_say() {
    let points = BuiltIn::points;
    assert_eq!(points(BuiltIn::Owner), Points::all());
    assert_eq!(points(BuiltIn::Admin), Points::of_tenants());
    assert!(
        points(BuiltIn::Auditor)
            .iter()
            .all(|p| p.is_reading() || p == Point::QuestionsAsk)
    );
    for role in [BuiltIn::Publisher, BuiltIn::Developer, BuiltIn::Viewer] {
        assert!(
            points(BuiltIn::Admin).contains_all(points(role)),
            "{role:?}"
        );
        assert!(!points(role).contains(Point::MembersWrite));
    }
    assert!(!points(BuiltIn::Developer).contains(Point::SubscriptionsDecide));
    assert!(!points(BuiltIn::Publisher).contains(Point::CredentialsWrite));
    for role in BuiltIn::ALL {
        assert_eq!(BuiltIn::parse(role.name()), Some(role));
    }
}

#[test]
fn grants_hold_where_they_were_given() {
    let (commerce, partner) = (Name::from("commerce"), Name::from("partner"));
    let mut grants = Grants::none();
    grants.grant(&commerce, BuiltIn::Admin.points());
    assert!(grants.allow(Point::ServicesWrite, Some("commerce")));
    assert!(!grants.allow(Point::ServicesWrite, Some("partner")));
    assert!(!grants.allow(Point::ServicesWrite, None));
    assert!(!grants.allow_everywhere(Point::ServicesWrite));
    assert!(grants.allow_somewhere(Point::ServicesWrite));
    assert!(!grants.sees_everything());
    // A point of the platform cannot be had in a tenant.
    grants.grant(&partner, Points::all());
    assert!(!grants.allow(Point::TenantsWrite, Some("partner")));
    assert!(!grants.could_give(Points::all(), Some("partner")));
    assert!(grants.could_give(BuiltIn::Viewer.points(), Some("partner")));
    assert!(!grants.could_give(BuiltIn::Viewer.points(), None));
    grants.narrow_to_tenant("commerce");
    assert!(!grants.allow(Point::ServicesRead, Some("partner")));
    grants.narrow([Point::ServicesRead].into_iter().collect());
    assert!(grants.allow(Point::ServicesRead, Some("commerce")));
    assert!(!grants.allow(Point::ServicesWrite, Some("commerce")));
    assert!(Grants::everything().allow(Point::BackupsMake, None));
}
