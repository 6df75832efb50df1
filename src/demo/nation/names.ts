import type { Random } from '../random.ts';

const surnames =
  '陳:Chen:10 林:Lin:9 黃:Huang:7 張:Chang:7 李:Li:6 王:Wang:6 吳:Wu:5 劉:Liu:4 蔡:Tsai:4 楊:Yang:4 許:Hsu:3 鄭:Cheng:3 謝:Hsieh:3 郭:Kuo:2 洪:Hung:2 邱:Chiu:2 曾:Tseng:2 廖:Liao:2 賴:Lai:2 徐:Hsu:2 周:Chou:2 葉:Yeh:2 蘇:Su:2 莊:Chuang:1 呂:Lu:1 江:Chiang:1 何:Ho:1 蕭:Hsiao:1 羅:Lo:1 高:Kao:1 潘:Pan:1 簡:Chien:1 朱:Chu:1 鍾:Chung:1 彭:Peng:1 游:Yu:1 詹:Chan:1 胡:Hu:1 施:Shih:1 沈:Shen:1 余:Yu:1 盧:Lu:1 梁:Liang:1 趙:Chao:1 顏:Yen:1 柯:Ko:1 翁:Weng:1 魏:Wei:1 孫:Sun:1 戴:Tai:1 范:Fan:1 方:Fang:1 宋:Sung:1 鄧:Teng:1 杜:Tu:1 傅:Fu:1 侯:Hou:1 曹:Tsao:1 薛:Hsueh:1 丁:Ting:1';

const givenNames =
  '淑芬:Shu-fen 美玲:Mei-ling 怡萱:Yi-hsuan 雅琪:Ya-chi 佩珊:Pei-shan 思穎:Szu-ying 欣儀:Hsin-yi 筱涵:Hsiao-han 惠雯:Hui-wen 靜宜:Ching-yi 婉如:Wan-ju 郁婷:Yu-ting 佳蓉:Chia-jung 宜蓁:Yi-chen 詩涵:Shih-han 曉菁:Hsiao-ching 慧敏:Hui-min 素貞:Su-chen 玉珍:Yu-chen 秀蘭:Hsiu-lan 麗娟:Li-chuan 月霞:Yueh-hsia 育慈:Yu-tzu 芷瑄:Chih-hsuan 品妤:Pin-yu 昀蓁:Yun-chen 孟潔:Meng-chieh 若彤:Jo-tung 亭妤:Ting-yu 書寧:Shu-ning 采蓉:Tsai-jung 庭瑄:Ting-hsuan 沛瑜:Pei-yu 映彤:Ying-tung 心怡:Hsin-yi 依璇:Yi-hsuan 安琪:An-chi 嘉玲:Chia-ling 貞吟:Chen-yin 妙如:Miao-ju 志豪:Chih-hao 俊宏:Chun-hung 建良:Chien-liang 文傑:Wen-chieh 明哲:Ming-che 冠霖:Kuan-lin 承翰:Cheng-han 柏宇:Po-yu 彥廷:Yen-ting 宗翰:Tsung-han 家豪:Chia-hao 信宏:Hsin-hung 國棟:Kuo-tung 振宇:Chen-yu 世昌:Shih-chang 政達:Cheng-ta 育誠:Yu-cheng 哲維:Che-wei 仁傑:Jen-chieh 永祥:Yung-hsiang 俊賢:Chun-hsien 榮華:Jung-hua 銘宏:Ming-hung 瑞隆:Jui-lung 東昇:Tung-sheng 啟明:Chi-ming 維倫:Wei-lun 秉勳:Ping-hsun 睿哲:Jui-che 皓軒:Hao-hsuan 聖文:Sheng-wen 崇仁:Chung-jen 耀德:Yao-te 添財:Tien-tsai 金水:Chin-shui 進財:Chin-tsai 偉誠:Wei-cheng 尚賢:Shang-hsien 宇航:Yu-hang 子謙:Tzu-chien 泓毅:Hung-yi 士傑:Shih-chieh 勝雄:Sheng-hsiung 水源:Shui-yuan 敏郎:Min-lang 博文:Po-wen 彥博:Yen-po 正勳:Cheng-hsun 奕辰:Yi-chen 孟儒:Meng-ju 昭儀:Chao-yi 碧雲:Pi-yun 寶珠:Pao-chu 翠芳:Tsui-fang 盈君:Ying-chun 舒涵:Shu-han 以晴:Yi-ching 允真:Yun-chen 季芸:Chi-yun 琬婷:Wan-ting 立偉:Li-wei 漢民:Han-min 光復:Kuang-fu 德川:Te-chuan 益民:Yi-min 景文:Ching-wen 智凱:Chih-kai 裕仁:Yu-jen 南星:Nan-hsing 祐誠:Yu-cheng';

/** Combinations that would name somebody well known; never used. */
const reserved = new Set([
  '李光復',
  '陳益民',
  '林啟明',
  '王文傑',
  '吳明哲',
  '蔡明哲',
  '陳志豪',
  '林志豪',
  '張博文',
  '王建良',
  '陳柏宇',
  '吳宗翰',
  '林俊賢',
  '周俊宏',
]);

const surnameList = surnames.split(' ').map((entry) => {
  const [zh = '', en = '', weight = '1'] = entry.split(':');
  return [{ zh, en }, Number(weight)] as const;
});
const givenList = givenNames.split(' ').map((entry) => {
  const [zh = '', en = ''] = entry.split(':');
  return { zh, en };
});

/** An invented name: Chinese, and its romanisation as used in Taiwan. */
export interface PersonName {
  readonly zh: string;
  readonly en: string;
}

/** A function that gives another invented name at each call, never the same one twice. */
export function nameSource(random: Random, taken: Iterable<string>): () => PersonName {
  const used = new Set<string>([...taken, ...reserved]);
  return () => {
    for (;;) {
      const surname = random.weighted(surnameList);
      const given = random.pick(givenList);
      const zh = `${surname.zh}${given.zh}`;
      if (used.has(zh)) continue;
      used.add(zh);
      return { zh, en: `${given.en} ${surname.en}` };
    }
  };
}
