/// A kind of goods: where it stands in the shop, what it is called, what it costs and which attributes it has.
struct GoodsCategory: Sendable {
  /// From broad to narrow.
  let path: [String]
  /// The median price in whole units.
  let medianPrice: Double
  /// How widely prices spread: the standard deviation of their logarithms.
  let priceSpread: Double
  /// The attributes that its goods have.
  let traits: Set<Trait>
  /// What its goods are called.
  let nouns: [Noun]

  /// A name in English and Arabic.
  struct Noun: Sendable {
    let english: String
    let arabic: String
    /// Whether the Arabic name is feminine, or a plural that is treated as such.
    let isFeminine: Bool
  }

  /// An attribute, by its letter in the table.
  enum Trait: Character, Sendable {
    case colour = "c"
    case clothingSize = "z"
    case material = "m"
    case litres = "v"
    case storage = "s"
    case diagonal = "d"
    case watts = "w"
    case weight = "g"
    case pieces = "p"
    case age = "a"
    case wireless = "r"
  }

  /// Every category, the most frequent first.
  static let all: [GoodsCategory] = table.split(separator: "\n").map(GoodsCategory.init(line:))

  private init(line: Substring) {
    let columns = line.split(separator: "|").map { Self.trimmed($0) }
    precondition(columns.count == 5, "a line of the table has five columns")
    path = columns[0].split(separator: ">").map { Self.trimmed($0) }
    medianPrice = Double(columns[1]) ?? 1
    priceSpread = Double(columns[2]) ?? 0.5
    traits = Set(columns[3].compactMap { Trait(rawValue: $0) })
    nouns = columns[4].split(separator: ",").map { entry in
      let names = entry.split(separator: "=").map { Self.trimmed($0) }
      precondition(names.count == 2, "a noun has an English and an Arabic name")
      let isFeminine = names[1].hasSuffix("*")
      return Noun(
        english: names[0], arabic: isFeminine ? String(names[1].dropLast()) : names[1], isFeminine: isFeminine)
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  // path | median price | spread | traits | English name=Arabic name, … (* marks feminine Arabic names)
  private static let table = """
    Electronics > Audio > Headphones | 59 | 0.8 | cwr | Headphones=سماعات رأس*, Earbuds=سماعات أذن*, Gaming Headset=سماعة ألعاب*, Studio Headphones=سماعات استوديو*
    Electronics > Phones > Accessories | 18 | 0.6 | cmr | Phone Case=غطاء هاتف, Screen Protector=واقي شاشة, Charging Cable=كابل شحن, Power Bank=بطارية متنقلة*, Car Charger=شاحن سيارة
    Electronics > Computers > Laptops | 899 | 0.45 | csdg | Laptop=حاسوب محمول, Gaming Laptop=حاسوب ألعاب محمول, Ultrabook=حاسوب نحيف, Notebook=حاسوب دفتري
    Electronics > Computers > Peripherals | 35 | 0.7 | cr | Mouse=فأرة حاسوب*, Keyboard=لوحة مفاتيح*, Webcam=كاميرا ويب*, USB Hub=موزع يو إس بي, Laptop Stand=حامل حاسوب
    Electronics > Audio > Speakers | 79 | 0.8 | cwr | Bluetooth Speaker=سماعة بلوتوث*, Soundbar=مكبر صوت شريطي, Bookshelf Speaker=مكبر صوت مكتبي, Party Speaker=مكبر صوت للحفلات
    Home & Kitchen > Kitchen > Kettles | 42 | 0.5 | cmvw | Electric Kettle=غلاية كهربائية*, Gooseneck Kettle=غلاية بعنق رفيع*, Stovetop Kettle=غلاية موقد*
    Home & Kitchen > Kitchen > Cookware | 54 | 0.7 | cmvp | Frying Pan=مقلاة*, Saucepan=قدر صغير, Casserole=طنجرة*, Wok=مقلاة صينية*, Pressure Cooker=قدر ضغط
    Home & Kitchen > Kitchen > Coffee | 89 | 0.8 | cvw | Coffee Maker=صانعة قهوة*, Espresso Machine=آلة إسبريسو*, Coffee Grinder=مطحنة قهوة*, Arabic Coffee Pot=دلة قهوة عربية*
    Fashion > Women > Dresses | 64 | 0.6 | czm | Maxi Dress=فستان طويل, Evening Dress=فستان سهرة, Summer Dress=فستان صيفي, Abaya=عباءة*
    Fashion > Men > Shirts | 38 | 0.5 | czm | Oxford Shirt=قميص أكسفورد, Polo Shirt=قميص بولو, T-Shirt=قميص قطني, Linen Shirt=قميص كتان
    Fashion > Shoes > Sneakers | 82 | 0.5 | czm | Running Shoes=حذاء جري, Sneakers=حذاء رياضي, Walking Shoes=حذاء مشي, Trail Shoes=حذاء جبلي
    Electronics > TV & Video > Televisions | 649 | 0.6 | dw | Smart TV=تلفاز ذكي, LED TV=تلفاز إل إي دي, OLED TV=تلفاز أوليد
    Electronics > Phones > Smartphones | 499 | 0.6 | csd | Smartphone=هاتف ذكي, Foldable Phone=هاتف قابل للطي, Rugged Phone=هاتف متين
    Home & Kitchen > Bedding > Sheets | 48 | 0.5 | cmp | Bed Sheet Set=طقم شراشف, Duvet Cover=غطاء لحاف, Pillow Case=غطاء وسادة, Blanket=بطانية*
    Beauty > Skin Care > Face | 24 | 0.6 | v | Face Cream=كريم وجه, Serum=سيروم, Cleanser=غسول وجه, Sunscreen=واقي شمس, Clay Mask=قناع طيني
    Beauty > Fragrance > Perfume | 72 | 0.7 | v | Eau de Parfum=ماء عطر, Oud Oil=دهن عود, Body Mist=معطر جسم, Incense=بخور
    Sports & Outdoors > Fitness > Weights | 58 | 0.7 | cmgp | Dumbbell Set=طقم أثقال, Kettlebell=كرة حديدية*, Resistance Band=حبل مقاومة, Yoga Mat=سجادة يوغا*
    Sports & Outdoors > Camping > Tents | 149 | 0.6 | cmg | Family Tent=خيمة عائلية*, Dome Tent=خيمة قبة*, Sleeping Bag=كيس نوم, Camping Chair=كرسي تخييم
    Toys & Games > Building > Blocks | 29 | 0.6 | cpa | Building Blocks=مكعبات بناء*, Wooden Train=قطار خشبي, Puzzle=أحجية صور*, Marble Run=مسار كرات
    Office > Supplies > Printing | 44 | 0.8 | cp | Toner Cartridge=خرطوشة حبر*, Copy Paper=ورق تصوير, Label Printer=طابعة ملصقات*, Ink Bottle=زجاجة حبر*
    Office > Furniture > Chairs | 189 | 0.5 | cmg | Office Chair=كرسي مكتب, Standing Desk=مكتب قابل للرفع, Desk Lamp=مصباح مكتب, Filing Cabinet=خزانة ملفات*
    Garden > Tools > Power Tools | 119 | 0.6 | wg | Lawn Mower=جزازة عشب*, Hedge Trimmer=مقص أسيجة, Leaf Blower=منفاخ أوراق, Chainsaw=منشار كهربائي
    Garden > Decor > Planters | 32 | 0.6 | cmv | Planter=أصيص, Hanging Basket=سلة معلقة*, Garden Lantern=فانوس حديقة, Bird Feeder=مطعمة طيور*
    Baby > Travel > Strollers | 229 | 0.5 | cg | Stroller=عربة أطفال*, Car Seat=مقعد سيارة للأطفال, Baby Carrier=حمالة أطفال*, Travel Cot=سرير سفر
    Baby > Feeding > Bottles | 16 | 0.5 | cmvp | Baby Bottle=رضاعة*, Sippy Cup=كوب أطفال, Bottle Warmer=سخان رضاعات, High Chair=كرسي طعام
    Automotive > Accessories > Interior | 27 | 0.6 | cm | Seat Cover=غطاء مقعد, Phone Mount=حامل هاتف, Dash Camera=كاميرا سيارة*, Floor Mat=دواسة أرضية*
    Automotive > Parts > Batteries | 109 | 0.4 | gw | Car Battery=بطارية سيارة*, Battery Charger=شاحن بطارية, Jump Starter=مشغل بطارية
    Grocery > Drinks > Tea | 9 | 0.5 | gp | Green Tea=شاي أخضر, Black Tea=شاي أسود, Herbal Tea=شاي أعشاب, Arabic Coffee=قهوة عربية*
    Grocery > Pantry > Dates & Nuts | 14 | 0.5 | gp | Ajwa Dates=تمر عجوة, Medjool Dates=تمر مجهول, Mixed Nuts=مكسرات مشكلة*, Roasted Almonds=لوز محمص
    Books > Cooking > Recipes | 22 | 0.4 | p | Cookbook=كتاب طبخ, Baking Guide=دليل خبز, Recipe Journal=دفتر وصفات
    Health > Devices > Monitors | 49 | 0.5 | cr | Blood Pressure Monitor=جهاز قياس ضغط, Thermometer=ميزان حرارة, Fitness Tracker=سوار لياقة, Smart Scale=ميزان ذكي
    Home & Kitchen > Appliances > Vacuum Cleaners | 179 | 0.6 | cwg | Robot Vacuum=مكنسة روبوت*, Cordless Vacuum=مكنسة لاسلكية*, Handheld Vacuum=مكنسة يدوية*
    Home & Kitchen > Lighting > Lamps | 46 | 0.7 | cmw | Table Lamp=مصباح طاولة, Floor Lamp=مصباح أرضي, Pendant Light=مصباح معلق, LED Bulb=لمبة ليد*
    Fashion > Accessories > Bags | 76 | 0.8 | cmv | Backpack=حقيبة ظهر*, Leather Handbag=حقيبة يد*, Duffel Bag=حقيبة رياضية*, Laptop Bag=حقيبة حاسوب*
    Fashion > Accessories > Watches | 135 | 0.9 | cm | Chronograph Watch=ساعة كرونوغراف*, Smart Watch=ساعة ذكية*, Dress Watch=ساعة كلاسيكية*
    Electronics > Cameras > Digital | 529 | 0.6 | cdg | Mirrorless Camera=كاميرا بدون مرآة*, Action Camera=كاميرا حركة*, Instant Camera=كاميرا فورية*
    Electronics > Networking > Routers | 96 | 0.6 | cr | WiFi Router=موجه واي فاي, Mesh System=نظام شبكي, Range Extender=مقوي إشارة, Network Switch=مبدل شبكة
    Pets > Dogs > Beds | 39 | 0.5 | cmz | Dog Bed=سرير كلاب, Dog Leash=مقود كلاب, Pet Carrier=حقيبة نقل حيوانات*, Cat Tree=شجرة قطط*
    Tools > Hand Tools > Sets | 66 | 0.6 | pg | Screwdriver Set=طقم مفكات, Socket Set=طقم مفاتيح, Cordless Drill=مثقاب لاسلكي, Tool Box=صندوق عدة
    Stationery > Writing > Pens | 12 | 0.7 | cmp | Fountain Pen=قلم حبر سائل, Gel Pen Set=طقم أقلام جل, Sketchbook=دفتر رسم, Notebook Planner=مفكرة*
    """
}
