const works = [{ title: "Élite", address: "works/elite.html" }, { title: "Dark", address: "works/dark.html" }];
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const field = document.querySelector("input[type=search]");
const list = document.querySelector("#results");

field.form.hidden = false;
field.addEventListener("input", () => {
  const asked = plain(field.value.trim());
  const found = asked ? works.filter(({ title }) => plain(title).includes(asked)) : [];
  document.querySelector("output").textContent = asked ? `${found.length} found` : "";
  list.replaceChildren(...found.map(({ title, address }) => {
    const [item, link] = [document.createElement("li"), document.createElement("a")];
    link.href = address;
    link.textContent = title;
    item.append(link);
    return item;
  }));
});
field.form.addEventListener("submit", (event) => event.preventDefault());
