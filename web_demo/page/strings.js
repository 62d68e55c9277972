// What the page says, in English and in Chinese.

const english = {
  language: '中文',
  text: 'Text',
  pair: 'Second text',
  loading: 'Loading…',
  tokens: count => `Tokens (${count})`,
  cost: ({tokens, milliseconds, layers, isTruncated, sequenceLength}) =>
    [
      `${tokens} tokens`,
      layers === undefined ? '' : `${layers} layers`,
      `${milliseconds.toFixed(1)} ms`,
      isTruncated ? `cut after ${sequenceLength} tokens` : '',
    ]
      .filter(Boolean)
      .join(' · '),
  patience: 'Early exit: layers for which an answer must stand',
  allLayers: 'off',
  open: 'Open another file…',
  private: 'Everything runs in this page. What you type is sent nowhere. You can also drop a .tflite file here.',
  described: {
    text_classifier: ({labels, multiLabel}) =>
      multiLabel ? `Says which of ${labels.length} labels a text has.` : `Gives a text one of ${labels.length} labels.`,
    text_regressor: () => 'Gives a text a number.',
    text_embedder: () => 'Gives a text a vector. Write one text a line: the first is compared with the others.',
  },
  weights: ({quantization, layers}) => `${layers} layers, ${quantization === 'none' ? 'float32' : quantization} weights.`,
  nothing: 'None of the labels.',
};

const chinese = {
  language: 'English',
  text: '文本',
  pair: '第二段文本',
  loading: '正在加载…',
  tokens: count => `词元（${count}）`,
  cost: ({tokens, milliseconds, layers, isTruncated, sequenceLength}) =>
    [
      `${tokens} 个词元`,
      layers === undefined ? '' : `运行 ${layers} 层`,
      `${milliseconds.toFixed(1)} 毫秒`,
      isTruncated ? `超过 ${sequenceLength} 个词元的部分已截去` : '',
    ]
      .filter(Boolean)
      .join(' · '),
  patience: '提前退出：答案须连续保持不变的层数',
  allLayers: '关闭',
  open: '打开其他模型文件…',
  private: '一切都在本页面内运行，您输入的内容不会发送到任何地方。也可以把 .tflite 文件拖到这里。',
  described: {
    text_classifier: ({labels, multiLabel}) =>
      multiLabel ? `判断文本具有 ${labels.length} 个标签中的哪些。` : `为文本选出 ${labels.length} 个标签之一。`,
    text_regressor: () => '为文本给出一个数值。',
    text_embedder: () => '为文本给出一个向量。每行写一段文本：第一行与其余各行比较。',
  },
  weights: ({quantization, layers}) => `${layers} 层，${quantization === 'none' ? 'float32' : quantization} 权重。`,
  nothing: '没有符合的标签。',
};

export const LANGUAGES = {en: english, zh: chinese};
