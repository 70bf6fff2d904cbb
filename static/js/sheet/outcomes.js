// What is said of a change on its way: beside its question, and over the page.

// Beside its question; what matters for the next save comes first …
export const BESIDE = {
  saving: (card) => card.say("正在保存…"),
  kept: (card) => card.say("已存本机，等待送出"),
  saved(card, detail, page) {
    if (card.isAheadOf(detail) && !detail.more && !page.timers.has(card.question)) return page.showOvertaken(card);
    card.showSaved(detail);
    card.say(detail.more ? "正在保存…" : `我于 ${detail.saved} 保存`);
    page.showProgress();
  },
  waiting: (card, detail) => card.say(detail.message ?? "未保存：网络不通，正在重试"),
  refused(card, detail) {
    card.showFaults(detail.fields ?? {});
    card.say("未保存");
  },
  locked: (card) => card.say("未保存：答卷已锁定"),
  ended: (card) => card.say("未保存：登录状态已失效"),
  failed: (card) => card.say("未保存"),
};

// … and over the page, where nothing more can be saved.
export const OVER = {
  ended: (detail, page) => ({
    words: `${detail.message}${page.queue.isKept ? "您填写的内容已保留在本机。" : "本机存不下您填写的内容，请先复制留存。"}`,
    way: { words: "重新登录", url: `${page.sheet.dataset.signIn}?next=${encodeURIComponent(location.pathname)}` },
  }),
  failed: (detail) => ({
    words: detail.message,
    way: { words: "刷新页面", url: location.href },
  }),
  locked: (detail) => ({ words: `${detail.message}没有保存的内容还在页面上，可以复制留存。` }),
};
