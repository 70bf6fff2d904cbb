// Copies what a read-only field or a list holds; the buttons show themselves where the browser lets a page copy.

const said = document.querySelector("[data-copied]");

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(field.value ?? field.innerText);
        said.textContent = button.dataset.said || "已复制，去微信里粘贴发送。";
      } catch {
        if (field.select) field.select();
        else getSelection().selectAllChildren(field);
        said.textContent = "浏览器不让自动复制：文字已选中，请长按选“复制”。";
      }
    });
  }
}
