/** What the sample page says, in the languages that the widget speaks. */
export const SAY = {
  en: {
    skip: "Skip to the checkout", language: "Language", title: "Checkout", contact: "Contact", name: "Full name", email: "Email",
    ship: "Where shall we ship it?", country: "Country", buy: "Place the order",
    nothing: "A sample: nothing is bought, nothing is charged.", cart: "Your order", mug: "Enamel mug, 350 ml",
    kettle: "Camping kettle", shipping: "Shipping", total: "Total", try: "Try an address", good: "A good one",
    typo: "City misspelled", number: "House number missing", conflict: "ZIP Code of another state", box: "A PO Box",
    placed: "What your server sends now", copy: "Copy", copied: "Copied.", notCopied: "Select the text and copy it by hand.",
    server: "The page hands the form to your server. Your server adds what only it knows, and posts this to Doorstep with its " +
      "Bearer key. That key never reaches a browser.",
  },
  es: {
    skip: "Ir al pago", language: "Idioma", title: "Finalizar la compra", contact: "Contacto", name: "Nombre y apellidos",
    email: "Correo electrónico", ship: "¿A dónde lo enviamos?", country: "País", buy: "Hacer el pedido",
    nothing: "Es una muestra: no se compra ni se cobra nada.", cart: "Su pedido", mug: "Taza esmaltada, 350 ml",
    kettle: "Hervidor de camping", shipping: "Envío", total: "Total", try: "Pruebe una dirección", good: "Una correcta",
    typo: "Ciudad mal escrita", number: "Falta el número", conflict: "Código postal de otro estado", box: "Un apartado postal",
    placed: "Lo que envía ahora su servidor", copy: "Copiar", copied: "Copiado.", notCopied: "Seleccione el texto y cópielo.",
    server: "La página entrega el formulario a su servidor. Este añade lo que solo él sabe y lo envía a Doorstep con su clave " +
      "Bearer. Esa clave nunca llega a un navegador.",
  },
  "zh-CN": {
    skip: "跳到结账表单", language: "语言", title: "结账", contact: "联系方式", name: "姓名", email: "电子邮箱",
    ship: "寄往哪里？", country: "国家", buy: "提交订单", nothing: "这是示例页面：不会产生任何购买或扣款。", cart: "您的订单",
    mug: "搪瓷杯，350 毫升", kettle: "露营水壶", shipping: "运费", total: "合计", try: "试一个地址", good: "正确的地址",
    typo: "城市拼写错误", number: "缺少门牌号", conflict: "邮编属于另一个州", box: "邮政信箱", placed: "您的服务器接下来发送的内容",
    copy: "复制", copied: "已复制。", notCopied: "请手动选择并复制。",
    server: "页面把表单交给您的服务器。服务器补充只有它知道的信息，并用自己的 Bearer 密钥发送给 Doorstep。该密钥绝不会出现在浏览器中。",
  },
};
