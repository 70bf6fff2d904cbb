// What a device says of itself, in plain words.

export const TROUBLES = {
  away: "没有网络。内容已存在本机，网络恢复后自动送出。",
  portal: "这个网络要先在它自己的网页上登录，系统还没有收到内容。请先连好无线网络；内容都在本机。",
  between: "网络中间的设备没有把内容送到系统，稍后自动再送；内容都在本机。",
  full: "系统的存储空间已满，暂时收不下。请按页面底部的电话反映；内容都在本机，会自动再送。",
  busy: "系统正忙，稍后自动再送；内容都在本机。",
};

export const ENDED = "登录状态已失效。请重新登录，没有送出的内容都在本机，登录后自动送出。";
export const STRANGER = "现在登录的不是本机内容的主人，内容没有送出。请用原来的账号登录。";
export const GONE = "有一次诊断已改由他人进行，本机已不再保留它的内容。";
export const FULL_DEVICE = "这台设备存不下，或不允许网页保存内容。本页只能在有网络时使用，请不要在没有网络时关闭它。";

export const UNFIT = {
  wechat: "微信里打开的网页不能离线使用。请点右上角，用 Safari 或系统浏览器打开本页。",
  insecure: "离线使用要求网址以 https 开头。请按页面底部的电话反映；现在仍可联网填写。",
  strict: "本系统不在浏览器里保存内容，诊断不能带走；请联网填写。",
  old: "这个浏览器不支持离线使用，请换用较新的 Chrome、Edge 或 Safari；现在仍可联网填写。",
};

/** Why a file of what was not sent is not taken. */
export const UNREADABLE = {
  other: "这不是本系统存出的文件。请选择名字以“未送出的诊断”开头的文件。",
  damaged: "这个文件不完整或已损坏，没有读入任何内容。请在原来的设备上重新存一次。",
  elsewhere: "这个文件是在另一个网址（{where}）存出的，请到那里递交。",
  stranger: "这个文件是另一位用户存出的，只有本人登录后才能递交。",
  changed: "这个文件的钥匙已经更换，打不开。请按页面底部的电话反映，并保留原来的设备。",
  newer: "这个文件由较新的版本存出。请刷新本页后再选一次。",
  huge: "文件超过 1 GB，不是本系统存出的，没有读入。",
  away: "现在没有网络，读不了这个文件。请连上网络后再按一次。",
  broken: "没有读入：这台设备存不下，或不允许网页保存内容。",
};

/** How much waits: "3 项答案、1 条记录和 2 张照片". */
export function inWords({ answers, notes = 0, photos }) {
  const said = [answers && `${answers} 项答案`, notes && `${notes} 条记录`, photos && `${photos} 张照片`].filter(Boolean);
  return [said.slice(0, -1).join("、"), said[said.length - 1]].filter(Boolean).join("和 ");
}
