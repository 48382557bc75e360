/** Names of conditions and medicines, as callers say them. A list finds what is on it, and nothing else. */
const lists = `
  abscess, acid reflux, acne, adhd, addiction, aids, alcoholic, alcoholism, allergy, allergic, alzheimer, anaemia,
  anemia, aneurysm, angina, anorexia, anxiety, appendicitis, arrhythmia, arthritis, asthma, autism, autistic, bipolar,
  bipolar disorder, blood clot, blood pressure, breast cancer, bronchitis, bulimia, cancer, cataract, chemo,
  chemotherapy, chlamydia, cholesterol, chronic pain, cirrhosis, colitis, concussion, copd, covid, crohn, cystic fibrosis,
  dementia, depressed, depression, dermatitis, diabetes, diabetic, dialysis, diarrhea, diarrhoea, eczema, emphysema,
  endometriosis, epilepsy, epileptic, erectile dysfunction, fibromyalgia, gallstone, gastritis, glaucoma, gonorrhea, gout,
  haemophilia, heart attack, heart condition, heart disease, heart failure, hemophilia, hemorrhoid, hepatitis, hernia,
  herpes, high blood pressure, hiv, hiv positive, hypertension, hypothyroidism, incontinence, infertility, insomnia,
  irritable bowel, jaundice, kidney disease, kidney failure, kidney stone, leukaemia, leukemia, lupus, lymphoma,
  melanoma, menopause, migraine, miscarriage, multiple sclerosis, obesity, osteoporosis, pacemaker, panic attack,
  parkinson, pneumonia, postpartum, pregnancy, pregnant, prostate, psoriasis, psychosis, ptsd, rehab, schizophrenia,
  schizophrenic, sciatica, seizure, sickle cell, sleep apnea, stroke, suicidal, suicide, syphilis, thyroid, transplant,
  tuberculosis, tumor, tumour, ulcer, urinary tract infection, uti, vertigo,
  adderall, albuterol, amlodipine, amoxicillin, antibiotic, antidepressant, aspirin, atorvastatin, benzodiazepine,
  blood thinner, botox, celexa, citalopram, codeine, cymbalta, eliquis, fentanyl, fluoxetine, gabapentin, humira,
  hydrocodone, ibuprofen, insulin, klonopin, lexapro, lipitor, lisinopril, lithium, lorazepam, losartan, metformin,
  methadone, metoprolol, morphine, naproxen, omeprazole, opioid, oxycodone, oxycontin, ozempic, paracetamol, paxil,
  penicillin, percocet, plavix, pravastatin, prednisone, prozac, ritalin, sertraline, simvastatin, statin, steroid,
  suboxone, synthroid, tamoxifen, tramadol, trazodone, tylenol, valium, viagra, vicodin, vyvanse, warfarin, wegovy,
  wellbutrin, xanax, xarelto, zoloft, zyprexa`;

export const healthWords: ReadonlySet<string> = new Set(lists.split(/,\s*/).map((name) => name.trim()));
