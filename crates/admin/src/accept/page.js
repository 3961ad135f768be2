"use strict";
(async () => {
  const at = (id) => document.getElementById(id);
  // Kept here, and nowhere else, while one signs in with an identity provider.
  const token = new URLSearchParams(location.search).get("token") || sessionStorage.getItem("token") || "";
  sessionStorage.removeItem("token");
  // The link stays out of the history and of what others see on the screen.
  history.replaceState(null, "", "/accept");
  const path = "/api/v1/invitations/accept";
  const complain = (problem) => {
    at("problem").textContent = `${problem.detail} ${problem.fix}`;
    at("problem").hidden = false;
  };
  const seen = await fetch(`${path}?token=${encodeURIComponent(token)}`);
  const link = await seen.json();
  if (!seen.ok) {
    at("what").textContent = "This link does not do.";
    return complain(link);
  }
  const first = link.purpose === "first_administrator";
  at("what").textContent = first
    ? "You become an administrator of this Postern, who may do everything."
    : link.purpose === "password"
      ? `${link.email}: choose a new password.`
      : `${link.email}: you are invited to ${link.tenant ? `the tenant ${link.tenant}` : "the platform"} as ${link.roles.join(", ")}.`;
  at("email-row").hidden = !first;
  at("name-row").hidden = link.account;
  if (link.signed_in) {
    at("password-row").hidden = true;
    at("password").required = false;
  } else if (link.account && link.purpose === "invitation") {
    at("password-label").textContent = "The password of your account";
    at("password").autocomplete = "current-password";
    const ways = await (await fetch("/api/v1/sign-in/providers")).json();
    for (const way of (ways.items || []).filter((way) => way.begin)) {
      const go = document.createElement("a");
      go.textContent = `Without a password: ${way.title}`;
      go.href = `${way.begin}?return_to=/accept`;
      go.style.display = "block";
      go.addEventListener("click", () => sessionStorage.setItem("token", token));
      at("ways").append(go);
      at("ways").hidden = false;
    }
  }
  at("form").hidden = false;
  at("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    at("problem").hidden = true;
    const body = { token };
    if (!link.signed_in) body.password = at("password").value;
    if (first) body.email = at("email").value;
    if (!link.account && at("name").value.trim()) body.name = at("name").value;
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) return complain(await answer.json());
    at("form").hidden = true;
    at("ways").hidden = true;
    at("what").textContent = "Done: you are signed in.";
  });
})();
