/** Words of `tocsin verify`. */

export const verify = {
  log: (log: string, size: number, heads: number): string =>
    `紀錄簿 ${log}：${size} 筆事實、${heads} 個封存點`,
  unsealed: (n: number): string => `尚未封存的事實 ${n} 筆（服務執行中時一秒內會封存）`,
  cases: (cases: number, facts: number, reports: number): string =>
    `已重建 ${cases} 個列管案件、${facts} 筆事實、${reports} 份通報單`,
  centre: (activations: number, meetings: number, facts: number): string =>
    `已重建應變中心 ${activations} 次編成、${meetings} 次會議、${facts} 筆事實`,
  whole: '完全一致。',
  differs: (n: number): string => `發現 ${n} 處不一致。`,
  finding: {
    removed: '事實遭移除',
    changed: '事實遭竄改',
    reordered: '事實遭調換次序',
    'leaf-missing': '封存紀錄中有缺漏',
    truncated: '紀錄簿尾端遭截斷',
    'root-differs': '事實與封存紀錄同遭改寫，與封存點不符',
    'head-missing': '封存點遭移除',
    gap: '事實編號不連續',
    'anchor-differs': '與外部留存的封存點不符',
  },
};
