// Narrows the lists of the page down to what is typed. Without it, the lists are all there.
const form = document.querySelector("form.search");
const wanted = document.getElementById("wanted");
const status = document.getElementById("count");
const items = [...document.querySelectorAll("#found li")];
const sections = [...document.querySelectorAll("#found section")];
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase("en");
const texts = items.map((item) => plain(`${item.textContent} ${item.dataset.also ?? ""}`));

function narrow() {
  const parts = plain(wanted.value).split(/\s+/u).filter(Boolean);
  let found = 0;
  items.forEach((item, at) => {
    const shows = parts.every((part) => texts[at].includes(part));
    item.hidden = !shows;
    found += shows;
  });
  for (const section of sections) {
    section.hidden = !section.querySelector("li:not([hidden])");
    for (const places of section.querySelectorAll("details")) {
      const shows = places.querySelector("li:not([hidden])") !== null;
      places.hidden = !shows;
      places.previousElementSibling.hidden = !shows;
      places.open = parts.length > 0;
    }
  }
  document.getElementById("found").classList.toggle("searching", parts.length > 0);
  status.textContent = parts.length ? `${found} found` : "";
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
wanted.addEventListener("input", narrow);
wanted.value = new URLSearchParams(location.search).get("q") ?? "";
narrow();
